import type { Label } from '../../contract/schemas.ts'
import { State } from '../../contract/state.ts'
import { client } from '../bridge/client.ts'
import { restOf } from '../images/groups.ts'
import {
  closeLabelByLabel,
  confirm,
  followHistory,
  leastDecided,
  moveCut,
  openFromPage,
  openLabelByLabel,
  pass,
  sayHere,
  sayRestAbsent,
} from '../labelByLabel/state.ts'
import { closeProject } from '../progress/close.ts'
import { showFilterPanel } from '../state/filters.ts'
import { copyImage, copyPath, imageAtHand, revealImage } from '../state/imageFile.ts'
import { accept, mark, markMany, markRestAbsent, redo, reject, undo } from '../state/marks.ts'
import { currentIds } from '../state/queries.ts'
import { grid as theGrid } from '../state/screen.ts'
import { endTour, moveTour, startTour } from '../state/tour.ts'
import { editLabel, notifyError, openDialog, openImage, showScreen, ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { assignKeys, isMac, keyName } from './keys.ts'
import { detailNow, imageNow, inGrid, inImage, inLabelByLabel, inModel, labelsNow } from './now.ts'
import {
  closeImage,
  decideFocused,
  focusedLabel,
  goOnWhenDecided,
  moveFocus,
  showsReasons,
  skip,
  step,
  zoom,
} from './openImage.ts'
import {
  always,
  firstOf,
  needsGrid,
  needsImage,
  needsLabelByLabel,
  needsMark,
  needsModel,
  needsModelPage,
  needsNames,
  needsNext,
  needsNoTraining,
  needsPrevious,
  needsProject,
  needsRedo,
  needsSeen,
  needsSuggestion,
  needsSuggestions,
  needsTour,
  needsTrained,
  needsUndo,
  needsUsableModel,
  needsWriting,
  type WhyNot,
} from './whyNot.ts'

export { keyName } from './keys.ts'

export interface Action {
  id: string
  title: string
  /** As `keyOf` writes them. */
  keys: readonly string[]
  group: 'Everywhere' | 'Grid' | 'Image' | 'Model' | 'LabelByLabel'
  /** Whether this is its screen: there the key belongs to it, even while it isn't available. */
  here: () => boolean
  whyNot: WhyNot
  run: () => void
}

/** @param version the model to show; null for the current one */
export function openModelPage(version: number | null = null): void {
  if (imageNow() !== null) closeImage()
  showScreen({ kind: 'model', version })
  ui.set({ dialog: null, trainingPanel: false })
}

export async function fineTune(): Promise<void> {
  ui.set({ trainingPanel: true })
  try {
    await client.training.start({})
  } catch (error) {
    notifyError(error)
  }
}

/** Shows the images with suggestions, surest first. */
function showSuggestions(): void {
  showScreen(theGrid)
  const sort = { by: 'confidence', descending: true } as const
  ui.set({ filter: { suggested: true }, sort, cursor: 0, trainingPanel: false })
}

const needsImageAtHand = firstOf(needsProject, () => (imageAtHand() === null ? texts.notNow.noImageAtHand : null))

function acceptAll(): void {
  const detail = detailNow()
  if (!detail) return
  accept(detail.suggestions.map(({ labelId }) => ({ imageId: detail.id, labelId })))
  goOnWhenDecided()
}

function clearFocused(): void {
  const detail = detailNow()
  const labelId = focusedLabel()
  if (detail && labelId !== null) mark(detail.id, labelId, State.unknown)
}

function restAbsent(): void {
  const detail = detailNow()
  if (!detail) return
  markRestAbsent(detail.id, restOf(labelsNow(), detail))
  goOnWhenDecided()
}

/** All actions. Buttons, menus, the palette and the list of shortcuts use the same list. */
const all: readonly Action[] = [
  anytime('go-back', texts.address.back, [isMac ? 'mod+[' : 'alt+ArrowLeft'], () => history.back()),
  anytime('go-forward', texts.address.forward, [isMac ? 'mod+]' : 'alt+ArrowRight'], () => history.forward()),
  { ...changing('undo', texts.actions.undo, ['mod+z'], () => void undo().then(followHistory)), whyNot: needsUndo },
  // On a Mac, ⌘H hides the program and ⌘Y is the history.
  {
    ...changing('redo', texts.actions.redo, isMac ? ['mod+shift+z'] : ['mod+shift+z', 'mod+y'], () => {
      void redo().then(followHistory)
    }),
    whyNot: needsRedo,
  },
  {
    ...everywhere('fine-tune', texts.training.button, ['mod+Enter'], () => void fineTune()),
    whyNot: needsNoTraining,
  },
  everywhere('history', texts.historyList.title, [isMac ? 'mod+y' : 'mod+h'], () => openDialog('history')),
  everywhere('backups', texts.backups.title, [], () => openDialog('backups')),
  {
    ...everywhere('suggestions', texts.training.showSuggestions, ['mod+shift+Enter'], showSuggestions),
    whyNot: needsModel,
  },
  {
    ...everywhere('training-panel', texts.training.showPanel, [], () =>
      ui.set(({ trainingPanel }) => ({ trainingPanel: !trainingPanel })),
    ),
    whyNot: needsTrained,
  },
  everywhere('progress', texts.progress.title, ['mod+shift+p'], () => openDialog('progress')),
  {
    ...changing('suggest-from-names', texts.names.action, [], () => openDialog('names')),
    whyNot: needsNames,
  },
  {
    ...changing('bulk', texts.bulk.title, ['mod+shift+a'], () => openDialog('bulk')),
    whyNot: firstOf(needsWriting, needsModel),
  },
  everywhere('export', texts.exchange.exportTitle, ['mod+e'], () => openDialog('export')),
  {
    ...everywhere('export-model', texts.models.exportTitle, [], () => openDialog('export-model')),
    whyNot: needsUsableModel,
  },
  everywhere('disputed', texts.disputes.action, [], () => {
    showScreen(theGrid)
    ui.set({ filter: { disputed: true }, cursor: 0, selection: new Set() })
  }),
  everywhere('report', texts.report.title, [], () => openDialog('report')),
  changing('import', texts.exchange.importTitle, ['mod+i'], () => openDialog('import')),
  changing('merge', texts.merging.title, [], () => openDialog('merge')),
  everywhere('models', texts.models.open, ['mod+.'], () => openModelPage()),
  everywhere('settings', texts.settings.title, ['mod+,'], () => openDialog('settings')),
  changing('add-label', texts.labels.add, [], () => editLabel(null)),
  changing('rescan', texts.workbench.rescan, [], () => void client.project.rescan().catch(notifyError)),
  changing('locate', texts.workbench.locate, [], () => openDialog('relocate')),
  everywhere('close', texts.workbench.close, [], () => void closeProject()),
  everywhere('tour', texts.tour.title, [], startTour),
  tour('next', texts.tour.nextStep, ['mod+ArrowRight'], () => moveTour(1)),
  tour('back', texts.tour.backStep, ['mod+ArrowLeft'], () => moveTour(-1)),
  tour('end', texts.tour.skip, ['mod+ArrowDown'], endTour),
  atHand('copy-image', texts.imageFile.copy, ['mod+shift+c'], (id) => void copyImage(id)),
  atHand('copy-path', texts.imageFile.copyPath, ['mod+shift+l'], (id) => void copyPath(id)),
  atHand('reveal', texts.imageFile.reveal, ['mod+shift+e'], revealImage),
  anytime('new-project', texts.start.newProject, [], () => openDialog('new-project')),
  anytime('open-project', texts.start.open, ['mod+o'], () => openDialog('open-project')),
  anytime('palette', texts.palette.title, ['mod+k'], () => openDialog('palette')),
  anytime('show-log', texts.crash.showLog, [], () => void client.app.showLog().catch(notifyError)),
  anytime('backbones', texts.backbones.title, [], () => openDialog('backbones')),
  anytime('doctor', texts.doctor.title, [], () => openDialog('doctor')),
  anytime('keys', texts.help.title, ['?'], () => openDialog('keys')),

  image('next', texts.image.next, ['ArrowRight'], () => step(1), needsNext),
  image('previous', texts.image.previous, ['ArrowLeft'], () => step(-1), needsPrevious),
  image('accept', texts.actions.accept, ['a'], () => decideFocused(accept), needsSuggestion),
  image('reject', texts.actions.reject, ['x'], () => decideFocused(reject), needsSuggestion),
  image('skip', texts.actions.skip, [' '], skip),
  image('accept-all', texts.actions.acceptAll, ['shift+a'], acceptAll, needsSuggestions),
  image('why', texts.why.action, ['w'], () => ui.set(({ why }) => ({ why: !why }))),
  image('clear', texts.actions.clear, ['Backspace', 'Delete'], clearFocused, needsMark),
  image('rest-absent', texts.image.restAbsent, ['r'], restAbsent, needsSeen),
  image('label-down', texts.actions.nextLabel, ['ArrowDown'], () => moveFocus(1)),
  image('label-up', texts.actions.previousLabel, ['ArrowUp'], () => moveFocus(-1)),
  image('find', texts.image.find, ['/'], () => document.getElementById('find-label')?.focus()),
  image('fit', texts.image.fit, ['f'], () => zoom('fit')),
  image('actual-size', texts.image.actualSize, ['='], () => zoom('actual')),
  image('zoom-in', texts.image.zoomIn, ['+'], () => zoom('in')),
  image('zoom-out', texts.image.zoomOut, ['-'], () => zoom('out')),
  image('pan-left', texts.image.pan.left, ['shift+ArrowLeft'], () => zoom('pan-left')),
  image('pan-right', texts.image.pan.right, ['shift+ArrowRight'], () => zoom('pan-right')),
  image('pan-up', texts.image.pan.up, ['shift+ArrowUp'], () => zoom('pan-up')),
  image('pan-down', texts.image.pan.down, ['shift+ArrowDown'], () => zoom('pan-down')),
  image('turn-left', texts.image.turnLeft, [','], () => zoom('left')),
  image('turn-right', texts.image.turnRight, ['.'], () => zoom('right')),
  image('go-to', texts.image.goToAction, ['g'], () => document.getElementById('go-to')?.focus()),
  image('back', texts.image.back, ['Escape'], () => (showsReasons() ? ui.set({ why: false }) : closeImage())),

  {
    ...{ id: 'model.back', title: texts.models.back, keys: ['Escape'], group: 'Model', here: inModel },
    whyNot: needsModelPage,
    run: () => showScreen(theGrid),
  },

  inLabel('flip', texts.labelByLabel.flip, [' '], () => sayHere('other')),
  inLabel('leave', texts.labelByLabel.leave, ['u'], () => sayHere('unknown')),
  inLabel('rest-absent', texts.image.restAbsent, ['r'], sayRestAbsent),
  inLabel('cut-back', texts.labelByLabel.cutBack, ['['], () => moveCut(-1)),
  inLabel('cut-on', texts.labelByLabel.cutOn, [']'], () => moveCut(1)),
  inLabel('confirm', texts.labelByLabel.confirm, ['Enter'], () => void confirm()),
  inLabel('pass', texts.labelByLabel.pass, ['PageDown'], () => pass(1)),
  inLabel('back', texts.labelByLabel.passBack, ['PageUp'], () => pass(-1)),
  inLabel('open', texts.labelByLabel.openImage, ['o'], openFromPage),
  inLabel('close', texts.labelByLabel.close, ['Escape'], closeLabelByLabel),

  grid('label-by-label', texts.labelByLabel.title, ['v'], () => {
    const labelId = ui.get().filter.labels?.[0]?.labelId ?? leastDecided(labelsNow())?.id
    if (labelId !== undefined) openLabelByLabel(labelId)
    // Nothing to ask about yet.
    else editLabel(null)
  }),
  grid('open', texts.imageFile.open, [], () => {
    const imageId = imageAtHand()
    if (imageId !== null) openImage(imageId)
  }),
  grid('search', texts.workbench.search, ['/'], () => document.getElementById('search-images')?.focus()),
  grid('filter', texts.filters.title, ['f'], () => showFilterPanel('filter')),
  grid('saved-filters', texts.filters.saved, ['shift+f'], () => showFilterPanel('saved')),
  grid('select-all', texts.actions.selectAll, ['mod+a'], () => ui.set({ selection: new Set(currentIds()) })),
  grid('select-none', texts.actions.selectNone, ['Escape'], () => ui.set({ selection: new Set() })),
]

/** The same with the current shortcuts. */
export const actions: readonly Action[] = all.map((one) => ({
  ...one,
  get keys() {
    return ui.get().keyMap[one.id] ?? one.keys
  },
}))

/** An action's default shortcuts. */
export const firstKeys = (id: string): readonly string[] => all.find((one) => one.id === id)?.keys ?? []

function everywhere(id: string, title: string, keys: string[], run: () => void): Action {
  return { id, title, keys, group: 'Everywhere', here: () => true, whyNot: needsProject, run }
}
function changing(id: string, title: string, keys: string[], run: () => void): Action {
  return { ...everywhere(id, title, keys, run), whyNot: needsWriting }
}
function tour(id: string, title: string, keys: string[], run: () => void): Action {
  return { ...everywhere(`tour.${id}`, title, keys, run), here: () => ui.get().tour !== null, whyNot: needsTour }
}
/** For the open image, or the one under the cursor. */
function atHand(id: string, title: string, keys: string[], run: (imageId: number) => void): Action {
  const act = (): void => {
    const imageId = imageAtHand()
    if (imageId !== null) run(imageId)
  }
  return { ...everywhere(id, title, keys, act), whyNot: needsImageAtHand }
}
function anytime(id: string, title: string, keys: string[], run: () => void): Action {
  return { ...everywhere(id, title, keys, run), whyNot: always }
}
function image(id: string, title: string, keys: string[], run: () => void, whyNot = needsImage): Action {
  return { id: `image.${id}`, title, keys, group: 'Image', here: inImage, whyNot, run }
}
function inLabel(id: string, title: string, keys: string[], run: () => void): Action {
  return {
    id: `label-by-label.${id}`,
    title,
    keys,
    group: 'LabelByLabel',
    here: inLabelByLabel,
    whyNot: needsLabelByLabel,
    run,
  }
}
function grid(id: string, title: string, keys: string[], run: () => void): Action {
  return { id: `grid.${id}`, title, keys, group: 'Grid', here: inGrid, whyNot: needsGrid, run }
}

export function action(id: string): Action {
  const found = actions.find((one) => one.id === id)
  if (!found) throw new Error(`There is no action ${id}`)
  return found
}

/** Keys that labels can't have. */
export function reservedKeys(): ReadonlySet<string> {
  // In label by label, label shortcuts do nothing.
  const used = actions.filter(({ group }) => group !== 'LabelByLabel').flatMap(({ keys }) => keys)
  return new Set(used.filter((key) => key.length === 1))
}

export const keysOfLabels = (labels: readonly Label[]): Map<number, string> => assignKeys(labels, reservedKeys())

/** Its first shortcut as shown to people; empty if it has none. */
export function keyNameOf(id: string): string {
  const [key] = action(id).keys
  return key === undefined ? '' : keyName(key)
}

/** A title with its shortcut, for tooltips. */
export function withKeyOf(title: string, id: string): string {
  const key = keyNameOf(id)
  return key ? `${title} (${key})` : title
}

/**
 * A label's key marks it present, with Shift absent; pressed again, it clears the mark. In the grid it marks the selected images.
 * @returns whether the key belongs to a label
 */
export function runLabelKey(key: string): boolean {
  const plain = key.replace(/^shift\+/, '')
  if (plain.length !== 1) return false
  const labels = labelsNow()
  const labelId = [...keysOfLabels(labels)].find(([, own]) => own === plain)?.[0]
  if (labelId === undefined) return false
  const wanted = key.startsWith('shift+') ? State.absent : State.present
  const detail = detailNow()
  if (detail) {
    const current = detail.states.find((state) => state.labelId === labelId)?.state
    mark(detail.id, labelId, current === wanted ? State.unknown : wanted)
    return true
  }
  const { selection } = ui.get()
  if (!inGrid() || selection.size === 0) return false
  markMany(Array.from(selection, (imageId) => ({ imageId, labelId, state: wanted })))
  return true
}
