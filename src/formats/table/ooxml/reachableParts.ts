import { type OoxmlPackage, type Relationship, relationshipsPart } from './package.ts'

/** The relationships of a part as they shall be, in place of those that it has. */
export type ChangedRelationships = ReadonlyMap<string, readonly Relationship[]>

/** Names, in lower case, of all parts that can be reached from the package, relationship parts included. */
export async function reachableParts(
  pack: OoxmlPackage,
  changed: ChangedRelationships = new Map(),
): Promise<Set<string>> {
  const reached = new Set<string>()
  const waiting = ['']
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (reached.has(part.toLowerCase())) continue
    reached.add(part.toLowerCase())
    const relationships = changed.get(part.toLowerCase()) ?? (await pack.relationships(part))
    if (relationships.length > 0) reached.add(relationshipsPart(part).toLowerCase())
    for (const { target, external } of relationships) if (!external) waiting.push(target)
  }
  return reached
}
