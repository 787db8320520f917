import { actionToday } from '../../contract/oldWords.ts'
import type { Label, RecentProject, SavedFilter } from '../../contract/schemas.ts'
import { type Side, State, stateOf } from '../../contract/state.ts'
import { detailNow, imageNow } from '../actions/now.ts'
import { actions, keyName } from '../actions/registry.ts'
import { openLabelByLabel } from '../labelByLabel/state.ts'
import { chooseSaved } from '../state/filters.ts'
import { sortBy } from '../state/filterText.ts'
import { mark, markMany } from '../state/marks.ts'
import { openProject } from '../state/openProject.ts'
import { remember, remembered } from '../state/remembered.ts'
import { grid } from '../state/screen.ts'
import { editLabel, notifyError, showScreen, type Theme, ui } from '../state/ui.ts'
import { isolated } from '../texts/bidi.ts'
import { texts } from '../texts/index.ts'
import type { Findable } from './rank.ts'

/** A command of the palette. */
export interface Command extends Findable {
  /** Shown at the end of its line: its shortcut, its kind, or why it isn't available now. */
  hint: string
  isKey: boolean
  run: () => void
}

interface Known {
  labels: readonly Label[]
  saved: readonly SavedFilter[]
  recent: readonly RecentProject[]
  project: { path: string } | null
}

const words = texts.palette

/** All commands. Labels are included only once something is typed, because there may be a thousand. */
export function commandsOf({ labels, saved, recent, project }: Known, isTyping: boolean): Command[] {
  const more = project
    ? [...(isTyping ? commandsOfLabels(labels) : []), ...orders(), ...savedFilters(saved, labels)]
    : []
  return [...ofActions(), ...more, ...appearances(), ...others(recent, project)]
}

function ofActions(): Command[] {
  return actions
    .filter(({ id }) => id !== 'palette')
    .map(({ id, title, keys, whyNot, run }) => {
      const reason = whyNot()
      const available = reason === null
      const hint = reason ?? (keys.length > 0 ? keyName(keys[0]) : '')
      return { id, title, words: words.synonyms[id] ?? '', available, hint, isKey: available && keys.length > 0, run }
    })
}

function commandsOfLabels(labels: readonly Label[]): Command[] {
  const { selection } = ui.get()
  const detail = detailNow()
  const marks = (label: Label, side: Side, title: string): Command => ({
    ...plainCommand(`mark ${label.id} ${side}`, title, words.mark),
    run: () =>
      detail
        ? mark(detail.id, label.id, stateOf(side))
        : markMany(Array.from(selection, (id) => ({ imageId: id, labelId: label.id, state: stateOf(side) }))),
  })
  const clears = (label: Label, { id }: { id: number }): Command => ({
    ...plainCommand(`mark ${label.id} unknown`, words.isUnknown(label.name), words.mark),
    run: () => mark(id, label.id, State.unknown),
  })
  const shows = (label: Label, is: 'present' | 'absent' | 'unknown' | 'suggested'): Command => ({
    ...plainCommand(`show ${label.id} ${is}`, words.show(label.name, texts.states[is]), words.filter),
    run: () => {
      showScreen(grid)
      ui.set({ filter: { labels: [{ labelId: label.id, is }] }, cursor: 0, selection: new Set() })
    },
  })
  return labels.flatMap((label) => [
    ...(detail || (imageNow() === null && selection.size > 0)
      ? [marks(label, 'present', words.isPresent(label.name)), marks(label, 'absent', words.isAbsent(label.name))]
      : []),
    ...(detail ? [clears(label, detail)] : []),
    ...(['present', 'suggested', 'unknown', 'absent'] as const).map((is) => shows(label, is)),
    {
      ...plainCommand(`label-by-label ${label.id}`, words.labelByLabel(label.name), texts.labelByLabel.title),
      run: () => openLabelByLabel(label.id),
    },
    {
      ...plainCommand(`edit ${label.id}`, texts.labels.edit(label.name), texts.labels.editTitle),
      run: () => editLabel(label.id),
    },
  ])
}

function orders(): Command[] {
  return Object.entries(texts.workbench.sorts).map(([by, title]) => ({
    ...plainCommand(`sort ${by}`, title, texts.workbench.sort),
    run: () => {
      showScreen(grid)
      ui.set({ sort: sortBy(by as keyof typeof texts.workbench.sorts), cursor: 0 })
    },
  }))
}

function savedFilters(saved: readonly SavedFilter[], labels: readonly Label[]): Command[] {
  return saved.map((one) => ({
    ...plainCommand(`saved ${one.name}`, isolated(one.name), words.saved),
    run: () => {
      showScreen(grid)
      chooseSaved(one, labels)
    },
  }))
}

function appearances(): Command[] {
  return (['system', 'light', 'dark'] as const).map((theme: Theme) => ({
    ...plainCommand(`theme ${theme}`, texts.settings.themes[theme], texts.settings.theme),
    run: () => {
      ui.set({ theme })
      remember('theme', theme)
    },
  }))
}

function others(recent: readonly RecentProject[], project: Known['project']): Command[] {
  return recent
    .filter(({ path, found }) => found && path !== project?.path)
    .map(({ path, name }) => ({
      ...plainCommand(`open ${path}`, isolated(name), words.project),
      run: () => void openProject(path).catch(notifyError),
    }))
}

function plainCommand(id: string, title: string, hint: string): Omit<Command, 'run'> {
  return { id, title, hint, words: hint, isKey: false, available: true }
}

const mostRecent = 12

export const recentCommands = (): string[] => remembered<string[]>('commands', []).map(actionToday)

/** Runs a command and ranks it higher from now on, unless it marks something: marks aren't habits. */
export function runCommand(command: Command): void {
  const { id } = command
  if (!/^(mark|edit) \d/.test(id)) {
    remember('commands', [id, ...recentCommands().filter((other) => other !== id)].slice(0, mostRecent))
  }
  command.run()
}
