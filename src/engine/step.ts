import type { z } from 'zod'
import type { ArtifactKind } from '../core/artifact.ts'
import type { Finding } from '../core/finding.ts'

type Multiplicity = 'one' | 'optional' | 'each'

/** One input or output of a step: what kind of artifact, in which role, and how many of it. */
export interface Slot<T, M extends Multiplicity = Multiplicity> {
  readonly kind: ArtifactKind<T>
  /** The name by which the pipeline's path table knows it. */
  readonly role: string
  readonly many: M
  /**
   * Whether people are expected to edit the file. An edited output still counts as finished while its inputs stay the
   * same. `rewritten`: a copy of the edited file is kept before it is written anew. `amended`: the step only adds to
   * what is there, so nothing needs keeping.
   */
  readonly editable?: 'rewritten' | 'amended'
}

export const one = <T>(kind: ArtifactKind<T>, role: string): Slot<T, 'one'> => ({ kind, role, many: 'one' })
/** An output that people edit: the manifests. */
export const editable = <T>(kind: ArtifactKind<T>, role: string): Slot<T, 'one'> => ({
  kind,
  role,
  many: 'one',
  editable: 'rewritten',
})
/** An output that the step adds to, leaving all else in it. */
export const amended = <T>(kind: ArtifactKind<T>, role: string): Slot<T, 'one'> => ({
  kind,
  role,
  many: 'one',
  editable: 'amended',
})
/** A slot that may be empty; the step sees `undefined`. */
export const optional = <T>(kind: ArtifactKind<T>, role: string): Slot<T, 'optional'> => ({
  kind,
  role,
  many: 'optional',
})
/** A slot of several artifacts by key; the step sees a record. */
export const each = <T>(kind: ArtifactKind<T>, role: string): Slot<T, 'each'> => ({
  kind,
  role,
  many: 'each',
})

export type Slots = Readonly<Record<string, Slot<never> | Slot<unknown>>>

type SlotValue<S> =
  S extends Slot<infer T, infer M>
    ? M extends 'one'
      ? T
      : M extends 'optional'
        ? T | undefined
        : Readonly<Record<string, T>>
    : never

export type SlotValues<S> = { readonly [K in keyof S]: SlotValue<S[K]> }

/** What a step may know beside its values. It never sees a path. */
export interface StepContext {
  /** Id of the case, for messages. */
  readonly case: string
  /** What the plan knows of the case: attributes of the sample, for instance. Part of the fingerprint. */
  readonly fields: Readonly<Record<string, string>>
  /** Path of an input as the user knows it (relative to the root), for messages only. */
  source(slot: string, key?: string): string
  /** Path of an output relative to the root, for records that tell readers where it lies; '' where it is not written. */
  destination(slot: string, key?: string): string
  report(finding: Finding): void
}

/** What memory prediction knows of a case: figures from headers that the plan has read. */
export interface CaseSize {
  readonly voxels: number
  /** Bytes of the inputs on disk. */
  readonly inputBytes: number
  /** How many files the inputs hold, where they are folders. */
  readonly files?: number
  /** Peak of the network that the case is given to, where one is, as predicted from its model card. */
  readonly networkBytes?: number
}

/** The library of schemas. A step is handed it, so that zod is loaded only where parameters are described. */
export type Zod = typeof z

/** The parameters that a schema of a step describes. */
export type ParamsOf<S extends (z: Zod) => z.ZodType> = z.infer<ReturnType<S>>

export interface Step<P = unknown, I = Slots, O = Slots> {
  /** Verb-noun: the command, the docs page and the provenance id. */
  readonly name: string
  /** Raised when the same inputs would give other bytes; every receipt of an earlier version is then stale. */
  readonly version: number
  readonly summary: string
  readonly per: 'case' | 'dataset'
  /**
   * What the parameters are: for the reference pages, and for the types of `run`. Jobs carry parameters that a plan has
   * made, so running a step does not ask for it.
   */
  readonly params: (z: Zod) => z.ZodType<P>
  readonly inputs: I
  readonly outputs: O
  /** Predicted peak of one job in bytes. */
  memory(size: CaseSize): number
  /**
   * Bytes that a job writes for a byte of its inputs, at least, by its parameters: where that is not little, space on the
   * disk is asked for before a stage. What receipts have measured goes before it.
   */
  writes?(params: P): number
  run(inputs: SlotValues<I>, params: P, context: StepContext): Promise<SlotValues<O>> | SlotValues<O>
}

/** Declares a step; the types of `run` follow from its slots and parameters. */
export function defineStep<P, const I, const O>(step: Step<P, I, O>): Step<P, I, O> {
  return step
}

/** A step whose types are forgotten, as the engine handles it. */
// biome-ignore lint/suspicious/noExplicitAny: the registry holds steps of every type; runJob checks values at run time
export type AnyStep = Step<any, any, any>

/** Steps that are loaded, by name. */
export type LoadedSteps = ReadonlyMap<string, AnyStep>

/** How the module of each step is loaded, by the name of the step. */
export type StepLoaders = Readonly<Record<string, () => Promise<AnyStep>>>

/** Every step there is, by name. The code of one is loaded when a job asks for it: most commands need one or two. */
export class StepRegistry {
  readonly #loaders: ReadonlyMap<string, () => Promise<AnyStep>>

  constructor(loaders: StepLoaders) {
    this.#loaders = new Map(Object.entries(loaders))
  }

  /** Names of all steps, in the order of the table. */
  get names(): readonly string[] {
    return [...this.#loaders.keys()]
  }

  has(name: string): boolean {
    return this.#loaders.has(name)
  }

  /** The steps of these names; a name that no step has is left out, as receipts of older programs may have one. */
  async load(names: Iterable<string>): Promise<LoadedSteps> {
    const known = [...new Set(names)].flatMap(name => {
      const load = this.#loaders.get(name)
      return load === undefined ? [] : [{ name, load }]
    })
    return new Map(await Promise.all(known.map(async ({ name, load }) => [name, await load()] as const)))
  }
}
