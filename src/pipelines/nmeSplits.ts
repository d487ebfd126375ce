import type { Profile } from '../profiles/schema.ts'
import type { SplitColumns, SplitRule } from '../steps/share/splitSheet.ts'

export interface PlannedSplit {
  readonly rule: SplitRule
  /** Groups of subsets, one index manifest each. */
  readonly index: readonly (readonly string[])[]
}

/** The columns of the dataset manifest that splits go by; the defaults are the columns' usual names. */
export function splitColumns(profile: Profile): SplitColumns {
  const { split, sample, dataset } = profile
  const patient = dataset.columns.find(c => c.from === sample.patient)?.name
  return {
    id: 'ID',
    site: split.site ?? 'site',
    collection: split.collection ?? 'collection',
    subset: split.subset ?? 'subset',
    ...(patient === undefined ? {} : { patient }),
  }
}

/** The splits that a profile names, as rules. */
export function profileSplits(profile: Profile): PlannedSplit[] {
  return profile.splits.map(s => ({
    index: s.index,
    rule:
      s.method === 'predefined'
        ? { method: s.method, name: s.name, sites: s.sites, collections: s.collections }
        : {
            method: s.method,
            name: s.name,
            keepSites: profile.split.keep_sites,
            testRatio: s.test_ratio,
            valRatio: s.val_ratio,
            seed: s.random_seed,
            groupBy: s.group_by,
            stratifyBy: s.stratify_by,
          },
  }))
}
