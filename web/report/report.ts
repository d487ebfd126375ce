import './report.css'
import './wall.css'
import './print.css'
import type { ReportData, ReportFilter } from '../../src/core/reportData.ts'
import { CaseDialog } from './caseDialog.ts'
import { Controls } from './controls.ts'
import { byId } from './element.ts'
import { PictureStore } from './pictureStore.ts'
import { preparePrinting } from './printing.ts'
import { Selection } from './selection.ts'
import { Wall } from './wall.ts'

document.documentElement.classList.remove('no-script')

const data = JSON.parse(byId('data').textContent ?? '') as ReportData
const selection = new Selection(data)
const pictures = new PictureStore(data)
const dialog = new CaseDialog(data, selection, pictures)
const wall = new Wall(data, selection, pictures, at => dialog.open(at))
new Controls(data, selection)
preparePrinting(wall)

/** Bars, rows and buttons all over the page narrow the wall down. */
document.addEventListener('click', event => {
  const target = event.target instanceof Element ? event.target : undefined
  const filter = target?.closest('[data-filter]')?.getAttribute('data-filter')
  if (filter !== null && filter !== undefined) {
    selection.only(JSON.parse(filter) as ReportFilter)
    const title = byId('samples-title')
    title.scrollIntoView({ block: 'start' })
    title.focus({ preventScroll: true })
    return
  }
  const link = target?.closest('a')?.getAttribute('href') ?? ''
  if (!link.startsWith('#case-')) return
  event.preventDefault()
  dialog.open(Number(link.slice('#case-'.length)))
})

const copy = byId('copy-methods')
copy.addEventListener('click', async () => {
  const text = [...byId('methods').querySelectorAll('p')].map(p => p.textContent).join('\n\n')
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  )
  if (!done) getSelection()?.selectAllChildren(byId('methods'))
  byId('copied').textContent = done ? 'Copied.' : 'Selected: copy it with the keyboard.'
})

const asked = /^#case-(\d+)$/.exec(location.hash)
if (asked !== null) dialog.open(Number(asked[1]))
