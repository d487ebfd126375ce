import { FIGURES, type FigureKey } from '../../src/core/caseDescription.ts'
import type { CaseReply, CaseRow, DatasetReply } from '../../src/server/api.ts'
import { type CaseQuery, facetsOf, findCases, NO_QUERY, searchText } from './caseFilter.ts'
import { CaseList, shortCase } from './caseList.ts'
import { figureText, showCaseFacts } from './casePanel.ts'
import { byId, element } from './element.ts'
import { FacetPanel } from './facetPanel.ts'
import { ImagePanel } from './imagePanel.ts'
import { fillKeysDialog, type KeyGroup, listenForKeys } from './keyboard.ts'
import { canDraw } from './niivuePane.ts'
import { ReviewerName } from './reviewerName.ts'
import { isAborted, ServerError, server } from './serverClient.ts'
import { VerdictFeed } from './verdictFeed.ts'
import { VerdictPanel } from './verdictPanel.ts'
import { SLICES, type ViewMode } from './viewSettings.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const search = byId<HTMLInputElement>('search')
const sort = byId<HTMLSelectElement>('sort')
const descending = byId('descending')

function alarm(text: string | undefined): void {
  byId('alarm').hidden = text === undefined
  byId('alarm').textContent = text ?? ''
}

const announce = (text: string): void => {
  byId('announcer').textContent = text
}

const told = (error: unknown): string =>
  error instanceof ServerError
    ? `${error.message}. ${error.remedy}`
    : `${error instanceof Error ? error.message : error}`

/** The page: the list on the left chooses a case, the middle shows it, the right side tells of it and judges. */
class ViewPage {
  readonly #dataset: DatasetReply
  readonly #rows: readonly Mutable<CaseRow>[]
  readonly #byId: ReadonlyMap<string, Mutable<CaseRow>>
  readonly #texts: readonly string[]
  readonly #list = new CaseList(byId('case-list'))
  readonly #facets = new FacetPanel(byId('facets'))
  readonly #feed = new VerdictFeed()
  readonly #verdicts: VerdictPanel
  readonly #images: ImagePanel | undefined
  #query: Mutable<CaseQuery> = { ...NO_QUERY }
  #current: string | undefined
  #opening = new AbortController()

  constructor(dataset: DatasetReply, rows: readonly CaseRow[], images: ImagePanel | undefined) {
    this.#dataset = dataset
    this.#rows = rows.map(row => ({ ...row }))
    this.#byId = new Map(this.#rows.map(row => [row.id, row]))
    this.#texts = this.#rows.map(searchText)
    this.#images = images
    this.#verdicts = new VerdictPanel({
      box: byId('verdict'),
      feed: this.#feed,
      reviewer: new ReviewerName(dataset.reviewer),
      isReadonly: dataset.readonly,
      alarm,
      announce,
      nameOf: id => shortCase(this.#byId.get(id)?.case ?? id),
    })
  }

  async start(): Promise<void> {
    document.title = `${this.#dataset.name} – voxmill view`
    byId('dataset-name').textContent = this.#dataset.name
    byId('readonly').hidden = !this.#dataset.readonly
    this.#fillSort()
    this.#listen()
    this.#feed.onNew = verdicts => {
      for (const { id, verdict } of verdicts) {
        const row = this.#byId.get(id)
        if (row) row.verdict = verdict
      }
      this.#verdicts.hear(verdicts)
      this.#facets.show(facetsOf(this.#rows, this.#dataset))
      this.#list.refresh()
      this.#tellProgress()
    }
    this.#feed.onReach = error => {
      if (error !== undefined) alarm(told(error))
      else if (byId('alarm').textContent?.startsWith('the server does not answer')) alarm(undefined)
    }
    await this.#feed.poll()
    this.#facets.show(facetsOf(this.#rows, this.#dataset))
    this.#filter()
    this.#tellProgress()
    this.#feed.keepUp()
    const asked = decodeURIComponent(location.hash.slice(1))
    const first = this.#byId.has(asked) ? asked : this.#list.ids[0]
    if (first !== undefined) await this.open(first)
  }

  #fillSort(): void {
    const option = (value: string, title: string) => element('option', { value }, title)
    sort.append(
      option('case', 'Case'),
      option('verdict', 'Verdict'),
      option('severity', 'Worst finding'),
      ...this.#dataset.attributes.map(name => option(`attribute:${name}`, name)),
      ...this.#dataset.figures.map(({ key, title, unit }) =>
        option(`figure:${key}`, unit ? `${title}, ${unit}` : title),
      ),
    )
  }

  #listen(): void {
    search.addEventListener('input', () => this.#filter())
    search.addEventListener('keydown', event => {
      if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'ArrowDown')
        byId('case-list').focus()
    })
    sort.addEventListener('change', () => this.#filter())
    descending.addEventListener('click', () => {
      descending.setAttribute('aria-pressed', String(descending.getAttribute('aria-pressed') !== 'true'))
      this.#filter()
    })
    byId('facets-button').addEventListener('click', () => {
      const box = byId('facets')
      box.hidden = !box.hidden
      byId('facets-button').setAttribute('aria-expanded', String(!box.hidden))
    })
    this.#facets.onChange = () => this.#filter()
    this.#list.onPick = id => void this.open(id)
    this.#verdicts.onJudged = (id, goOn) => {
      if (goOn && id === this.#current) this.#toUnjudged()
    }
    this.#verdicts.onTakenBack = id => void this.open(id)
    addEventListener('hashchange', () => {
      const asked = decodeURIComponent(location.hash.slice(1))
      if (asked !== this.#current && this.#byId.has(asked)) void this.open(asked)
    })
    const keys = this.#keys()
    listenForKeys(keys)
    fillKeysDialog(byId<HTMLDialogElement>('keys'), keys)
  }

  #keys(): KeyGroup[] {
    const images = (run: (panel: ImagePanel) => void) => () => this.#images && run(this.#images)
    const arrangements: readonly ViewMode[] = ['single', 'overlay', 'checkerboard', 'side']
    return [
      {
        title: 'Cases',
        actions: [
          { keys: ['j', 'ArrowDown'], title: 'Next case', run: () => this.#step(1), repeats: true },
          { keys: ['k', 'ArrowUp'], title: 'Previous case', run: () => this.#step(-1), repeats: true },
          { keys: ['.'], title: 'Next unjudged case', run: () => this.#toUnjudged() },
          { keys: ['/'], title: 'Filter', run: () => search.focus() },
        ],
      },
      {
        title: 'Verdict',
        actions: [
          { keys: ['a'], title: 'Accept', run: () => void this.#verdicts.judge('accept') },
          { keys: ['r'], title: 'Reject', run: () => void this.#verdicts.judge('reject') },
          { keys: ['n'], title: 'Needs work', run: () => void this.#verdicts.judge('needs-work') },
          {
            keys: ['c'],
            title: 'Write a comment (Escape leaves it)',
            run: () => this.#verdicts.focusComment(),
          },
          { keys: ['u'], title: 'Take the last verdict back', run: () => void this.#verdicts.undo() },
        ],
      },
      {
        title: 'Images',
        actions: [
          {
            keys: ['m'],
            title: 'Mask on and off',
            run: images(p => p.setLabelsShown(!p.settings.labelsShown)),
          },
          { keys: ['o'], title: 'Outline on and off', run: images(p => p.setOutlined(!p.settings.outlined)) },
          ...SLICES.map(({ key, title }, i) => ({
            keys: [String(i + 1)],
            title,
            run: images(p => p.setSlices(key)),
          })),
          {
            keys: ['v'],
            title: 'Next arrangement of a pair',
            run: images(p => p.setMode(arrangements[(arrangements.indexOf(p.settings.mode) + 1) % 4]!)),
          },
          { keys: ['z'], title: 'Reset zoom', run: images(p => p.resetView()) },
        ],
      },
      {
        title: 'Page',
        actions: [
          { keys: ['?'], title: 'These keys', run: () => byId<HTMLDialogElement>('keys').showModal() },
        ],
      },
    ]
  }

  #filter(): void {
    this.#query = {
      text: search.value,
      facets: this.#facets.chosen,
      sortBy: sort.value,
      descending: descending.getAttribute('aria-pressed') === 'true',
    }
    const found = findCases(this.#rows, this.#texts, this.#query)
    const figure = this.#query.sortBy.startsWith('figure:')
      ? (this.#query.sortBy.slice(7) as FigureKey)
      : undefined
    this.#list.show(
      found.map(i => {
        const row = this.#rows[i]!
        const value = figure === undefined ? undefined : row.figures[figure]
        return {
          row,
          sorted: figure === undefined ? '' : value === undefined ? 'unknown' : figureText(figure, value),
        }
      }),
    )
    const all = this.#rows.length.toLocaleString('en')
    const some = found.length.toLocaleString('en')
    byId('count').textContent =
      found.length === this.#rows.length ? `${all} cases` : `${some} of ${all} cases`
    const { count } = this.#facets
    byId('facets-button').textContent = count === 0 ? 'Filters' : `Filters (${count})`
    if (figure !== undefined) sort.title = FIGURES[figure].title
  }

  #tellProgress(): void {
    const judged = this.#rows.filter(row => row.verdict !== null).length
    byId('progress').textContent =
      `${judged.toLocaleString('en')} of ${this.#rows.length.toLocaleString('en')} judged`
  }

  #step(by: number): void {
    const { ids } = this.#list
    const at = this.#current === undefined ? -1 : ids.indexOf(this.#current)
    const next = ids[at < 0 ? 0 : at + by]
    if (next !== undefined) void this.open(next)
  }

  #toUnjudged(): void {
    const { ids } = this.#list
    const at = this.#current === undefined ? -1 : ids.indexOf(this.#current)
    const next = [...ids.slice(at + 1), ...ids.slice(0, Math.max(0, at))].find(
      id => this.#byId.get(id)!.verdict === null,
    )
    if (next !== undefined) void this.open(next)
    else announce('No unjudged case is left in this list.')
  }

  async open(id: string): Promise<void> {
    this.#opening.abort()
    this.#opening = new AbortController()
    const { signal } = this.#opening
    const row = this.#byId.get(id)!
    this.#current = id
    this.#list.current = id
    this.#verdicts.show(id)
    history.replaceState(null, '', `#${encodeURIComponent(id)}`)
    announce(`${shortCase(row.case)}, ${this.#list.ids.indexOf(id) + 1} of ${this.#list.ids.length}`)
    try {
      const reply = await server.case(id, signal)
      if (signal.aborted) return
      showCaseFacts(byId('case-facts'), reply, row)
      if (this.#images) await this.#images.open(reply)
      else showPictures(reply)
      if (!signal.aborted) this.#fetchAhead(id, signal)
    } catch (error) {
      if (isAborted(error)) return
      byId('case-facts').replaceChildren(
        element('p', { class: 'warn' }, `The case cannot be shown: ${told(error)}`),
      )
    }
  }

  /** Gets the next case ready while nothing else is to do. */
  #fetchAhead(id: string, signal: AbortSignal): void {
    const { ids } = this.#list
    const next = ids[ids.indexOf(id) + 1]
    if (next === undefined || this.#images === undefined) return
    const images = this.#images
    const fetchAhead = async () => {
      if (signal.aborted) return
      const reply = await server.case(next, signal).catch(() => undefined)
      if (reply && !signal.aborted) images.fetchAhead(reply)
    }
    if ('requestIdleCallback' in window) requestIdleCallback(() => void fetchAhead())
    else setTimeout(() => void fetchAhead(), 500)
  }
}

/** What is left to show where the browser cannot draw volumes. */
function showPictures(reply: CaseReply): void {
  byId('panes').replaceChildren(
    element(
      'div',
      { class: 'no-webgl' },
      element(
        'p',
        { class: 'warn' },
        'This browser has no WebGL2, so volumes cannot be drawn; pictures are shown in their place. Use a current Firefox, Chrome, Edge or Safari, with hardware acceleration switched on.',
      ),
      ...reply.pictures.map(({ id, alt }) => element('img', { src: server.pictureAddress(id), alt })),
    ),
  )
}

async function start(): Promise<void> {
  const [dataset, rows] = await Promise.all([server.dataset(), server.cases()])
  const images = canDraw() ? await ImagePanel.create() : undefined
  await new ViewPage(dataset, rows, images).start()
}

start().catch(error => alarm(`The page cannot be shown: ${told(error)}`))
