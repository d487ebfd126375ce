import { type AttributeNames, checkAttributes, possibleValues } from './attributeNames.ts'
import { checkFiles } from './checkFiles.ts'
import { CheckList } from './checkList.ts'
import { checkLabels, checkOutput, idAttributes } from './checkOutput.ts'
import { checkSplits } from './checkSplits.ts'
import { type PlacedProblem, ProfileError } from './problem.ts'
import { type Profile, type ProfileDocument, profileSchema } from './schema.ts'
import { schemaProblems } from './schemaIssue.ts'
import { readYaml } from './yamlSource.ts'

/**
 * Reads an archive profile.
 *
 * @param text YAML
 * @param source the name that messages give the file
 * @throws ProfileError with every problem of the file, each with line and column
 */
export function parseProfile(text: string, source: string): Profile {
  const yaml = readYaml(text)
  if (yaml.syntaxProblems.length > 0) throw new ProfileError(source, yaml.syntaxProblems)
  const parsed = profileSchema.safeParse(yaml.value)
  const issues = parsed.success ? [] : parsed.error.issues
  const broken = new Set(issues.map(({ path }) => path[0]))
  const problems: PlacedProblem[] = issues.flatMap(issue => schemaProblems(issue, yaml.value))
  const list = new CheckList()
  // An issue of the document as a whole (it is no mapping) leaves no section to check.
  if (parsed.success) check(parsed.data, list)
  else if (isMapping(yaml.value)) check(soundSections(yaml.value, broken), list)
  problems.push(...list.problems)
  if (!parsed.success || problems.length > 0) throw new ProfileError(source, problems.map(yaml.locate))
  const { sample, dataset, ...rest } = parsed.data
  return {
    ...rest,
    sample: { ...sample, key: sample.key ?? idAttributes(sample.id) },
    dataset: dataset ?? { columns: rest.info },
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The sections without issue, so that what can be checked is told together with what is malformed. */
function soundSections(
  value: Record<string, unknown>,
  broken: ReadonlySet<PropertyKey | undefined>,
): Partial<ProfileDocument> {
  const sections: Record<string, unknown> = {}
  for (const [key, section] of Object.entries(profileSchema.shape)) {
    const parsed = section.safeParse(value[key])
    if (!broken.has(key) && parsed.success) sections[key] = parsed.data
  }
  return sections
}

function check(profile: Partial<ProfileDocument>, list: CheckList): void {
  const { files, placeholders, tables, attributes, labels } = profile
  checkLabels(labels, list)
  if (!files || !placeholders) return
  const paths = checkFiles({ files, placeholders }, list)
  if (!paths || !tables || !attributes) return
  const sections = { files, placeholders, tables, attributes }
  const names = checkAttributes(sections, paths, list)
  checkWhere(files, names, list)
  const { sample, manifest, info, layout, split, splits } = profile
  if (!info) return
  if (sample && manifest && layout)
    checkOutput({ sample, manifest, info, layout, dataset: profile.dataset }, names, list)
  const columns = profile.dataset?.columns ?? info
  if (split && splits) checkSplits({ split, splits }, columns, possibleValues(sections), list)
}

function checkWhere(files: ProfileDocument['files'], { always }: AttributeNames, list: CheckList): void {
  for (const [number, { where, path }] of files.entries())
    for (const name of Object.keys(where ?? {}))
      if (!path.includes(`{${name}}`)) list.attribute(['files', number, 'where', name], name, always)
}
