import { nearestWord } from '../core/nearestWord.ts'
import type { AttributeRule, Profile } from './schema.ts'
import type { JoinFailure, TableJoin } from './tableJoin.ts'
import { parseTemplate, renderTemplate, type Template } from './template.ts'

type Rule =
  | { readonly kind: 'template'; readonly name: string; readonly template: Template }
  | {
      readonly kind: 'map'
      readonly name: string
      readonly from: string
      readonly map: ReadonlyMap<string, string>
      readonly otherwise: string | undefined
    }

/** What kept a file's attributes from being known, and where. */
export interface DeriveFailure extends JoinFailure {
  readonly cause: 'table' | 'map'
}

/** The attributes that follow from a file's placeholders: first the tables, then the derived ones, each in order. */
export class AttributeDerivation {
  readonly #joins: readonly TableJoin[]
  readonly #rules: readonly Rule[]

  constructor(profile: Profile, joins: readonly TableJoin[]) {
    this.#joins = joins
    this.#rules = Object.entries(profile.attributes).map(([name, rule]) => compileRule(name, rule))
  }

  /** Adds to `values`, but leaves what is in `kept` as it is. Returns why when an attribute has no value. */
  derive(values: Record<string, string>, kept: ReadonlySet<string> = new Set()): DeriveFailure | undefined {
    for (const join of this.#joins) {
      const failure = join.join(values, kept)
      if (failure) return { ...failure, cause: 'table' }
    }
    for (const rule of this.#rules) {
      if (kept.has(rule.name)) continue
      if (rule.kind === 'template') {
        values[rule.name] = renderTemplate(rule.template, values)
        continue
      }
      const value = rule.map.get(values[rule.from]!) ?? rule.otherwise
      if (value === undefined) return missingInMap(rule, values[rule.from]!)
      values[rule.name] = value
    }
    return undefined
  }
}

function compileRule(name: string, rule: AttributeRule): Rule {
  if (typeof rule === 'string') return { kind: 'template', name, template: parseTemplate(rule) }
  const map = new Map(Object.entries(rule.map).map(([key, value]) => [key.normalize('NFC'), value]))
  return { kind: 'map', name, from: rule.from, map, otherwise: rule.otherwise }
}

function missingInMap(rule: Rule & { kind: 'map' }, value: string): DeriveFailure {
  const near = nearestWord(value, rule.map.keys())
  return {
    cause: 'map',
    message: `the map of '${rule.name}' has no value for ${rule.from} '${value}'${near ? ` (it has '${near}')` : ''}`,
    rule: `the map of '${rule.name}' lacks a value of '${rule.from}'`,
    remedy: `Add '${value}' to attributes.${rule.name}.map of the profile, or correct the path.`,
  }
}
