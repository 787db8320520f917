import type {
  ActionResult,
  ImageDetail,
  LabelState,
  ProjectSummary,
  StateChange,
  Suggestion,
} from '../../contract/schemas.ts'
import { otherSide, State, stateOf } from '../../contract/state.ts'
import { client } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { sendNow, sendOnce } from './outbox.ts'
import { usePictures } from './pictures.ts'
import { keys, queryClient } from './queries.ts'
import { openImageId } from './screen.ts'
import { notify, notifyError, notifyOnce, openImage, ui } from './ui.ts'

type Pair = { imageId: number; labelId: number; suggestion?: Suggestion['suggestion'] }

/**
 * Marks show at once and are saved behind; the indicator says "saved" only when all of them are. One that can't be saved goes
 * back to what it was, and says so.
 */
export async function saved<T extends ActionResult | null>(
  work: Promise<T>,
  undo: () => void = () => undefined,
): Promise<T | undefined> {
  ui.set(({ saving }) => ({ saving: saving + 1 }))
  try {
    const result = await work
    ui.set({ saveFailed: false })
    if (result) tellHistory(result)
    tellUnseen(result?.unseen ?? 0)
    return result
  } catch (error) {
    undo()
    const { code } = notifyError(error)
    // Of a project that is only read nothing is ever said to be saved.
    ui.set({ saveFailed: code !== 'project-read-only' })
    return undefined
  } finally {
    ui.set(({ saving }) => ({ saving: saving - 1 }))
  }
}

function tellHistory({ undoTitle, redoTitle }: ActionResult): void {
  queryClient.setQueryData<ProjectSummary | null>(keys.project, (project) =>
    project ? { ...project, undoTitle, redoTitle } : project,
  )
}

const setMarks = (changes: StateChange[]): Promise<ActionResult> =>
  sendOnce((sent) => client.marks.set({ changes, sent }))

export function mark(imageId: number, labelId: number, state: LabelState): void {
  const undo = showAtOnce(imageId, [{ labelId, state }])
  void saved(setMarks([{ imageId, labelId, state }]), undo)
}

/** Of images that can't be seen nothing is said, but what was said can be taken back. */
export function markMany(changes: { imageId: number; labelId: number; state: LabelState }[]): void {
  const { failed } = usePictures.getState()
  const seen = changes.filter(({ imageId, state }) => state === State.unknown || !failed.has(imageId))
  tellUnseen(new Set(changes.map(({ imageId }) => imageId)).size - new Set(seen.map(({ imageId }) => imageId)).size)
  if (seen.length > 0) void saved(setMarks(seen))
}

function tellUnseen(count: number): void {
  if (count > 0) notify('warning', { message: texts.notNow.someUnseen(count) })
}

/** Nothing is said of a picture that did not come. @returns whether it was refused */
function refuseUnseen(imageIds: readonly number[], reason: string): boolean {
  const { failed } = usePictures.getState()
  if (!imageIds.some((id) => failed.has(id))) return false
  notifyOnce(reason)
  return true
}

/** Everything that is still unknown in this image is absent. */
export function markRestAbsent(imageId: number, labelIds: readonly number[]): void {
  if (labelIds.length === 0 || refuseUnseen([imageId], texts.notNow.unseen)) return
  const undo = showAtOnce(
    imageId,
    labelIds.map((labelId) => ({ labelId, state: State.absent })),
  )
  const changes = labelIds.map((labelId) => ({ imageId, labelId, state: State.absent }))
  void saved(setMarks(changes), undo)
}

export function accept(pairs: Pair[]): void {
  decide(pairs, true)
}

export function reject(pairs: Pair[]): void {
  decide(pairs, false)
}

function decide(pairs: Pair[], asSuggested: boolean): void {
  const { failed } = usePictures.getState()
  const judged = pairs.filter(({ imageId }) => !failed.has(imageId))
  if (judged.length < pairs.length) {
    if (judged.length === 0) {
      notifyOnce(texts.notNow.unseenSuggestion)
      return
    }
    tellUnseen(new Set(pairs.filter((pair) => !judged.includes(pair)).map(({ imageId }) => imageId)).size)
  }
  if (judged.length === 0) return
  // What is decided on is what is shown here: the answer to the last mark may be under way.
  const seen = judged.map((pair) => {
    const detail = queryClient.getQueryData<ImageDetail>(keys.detail(pair.imageId))
    const shown = detail?.allSuggestions.find((one) => one.labelId === pair.labelId)
    return { ...pair, suggestion: pair.suggestion ?? shown?.suggestion }
  })
  const undos = seen.map(({ imageId, labelId, suggestion }) => {
    if (!suggestion) return () => undefined
    return showAtOnce(imageId, [{ labelId, state: stateOf(asSuggested ? suggestion : otherSide(suggestion)) }])
  })
  const call = asSuggested ? client.marks.accept : client.marks.reject
  const sending = sendOnce((sent) => call({ pairs: seen, sent }))
  void saved(sending, () => {
    for (const undo of undos.reverse()) undo()
  })
}

/** Takes over what the model says against a known label, or keeps what is known. */
export function settleMistake(imageId: number, { labelId, suggestion }: Suggestion, take: boolean): void {
  if (refuseUnseen([imageId], texts.notNow.unseenSuggestion)) return
  const undo = showAtOnce(imageId, [{ labelId, state: stateOf(take ? suggestion : otherSide(suggestion)) }])
  const sending = sendOnce((sent) => client.marks.settleMistake({ imageId, labelId, suggestion, take, sent }))
  void saved(sending, undo)
}

/** @returns what was taken back, if anything */
export async function undo(): Promise<string | undefined> {
  const result = await saved(sendNow((sent) => client.history.undo({ sent })))
  if (result) await follow(result, texts.history.undone(result.title))
  return result?.title
}

/** @returns what was done again, if anything */
export async function redo(): Promise<string | undefined> {
  const result = await saved(sendNow((sent) => client.history.redo({ sent })))
  if (result) await follow(result, texts.history.redone(result.title))
  return result?.title
}

/** Back, or forth, to where this action is the latest that is in effect. @throws what the call throws */
export async function goTo(id: number): Promise<void> {
  const result = await client.history.goTo({ id })
  tellHistory(result)
  const { kind, steps, of } = result
  if (steps > 0) notify('info', { message: texts.historyList.went(kind, steps) })
  if (steps < of) notify('warning', { message: texts.historyList.stopped(of - steps) })
}

/** Somebody who looks at one image sees what has changed, and decides it anew where it is open again; the grid shows it by itself. */
async function follow({ firstImageId, firstLabelId = null }: ActionResult, message: string): Promise<void> {
  notify('info', { message })
  if (firstImageId === null || openImageId(ui.get().screen) === null) return
  openImage(firstImageId)
  await queryClient.refetchQueries({ queryKey: keys.detail(firstImageId) })
  if (openImageId(ui.get().screen) === firstImageId) ui.set({ settled: firstLabelId })
}

/** @returns to take it back */
function showAtOnce(imageId: number, changes: { labelId: number; state: LabelState }[]): () => void {
  const key = keys.detail(imageId)
  const before = queryClient.getQueryData<ImageDetail>(key)
  if (!before) return () => undefined
  // An answer that is under way knows nothing of this mark.
  void queryClient.cancelQueries({ queryKey: key })
  const changed = new Map(changes.map(({ labelId, state }) => [labelId, state]))
  const others = before.states.filter(({ labelId }) => !changed.has(labelId))
  const now = changes.flatMap(({ labelId, state }) =>
    state === State.unknown
      ? []
      : [{ labelId, state, source: 'human' as const, decidedAt: Date.now(), score: null, annotator: null }],
  )
  const undecided = ({ labelId }: { labelId: number }): boolean =>
    (changed.get(labelId) ?? State.unknown) === State.unknown
  queryClient.setQueryData<ImageDetail>(key, {
    ...before,
    states: [...others, ...now],
    suggestions: before.suggestions.filter(undecided),
    allSuggestions: before.allSuggestions.filter(undecided),
    mistakes: before.mistakes.filter(({ labelId }) => !changed.has(labelId)),
  })
  return () => queryClient.setQueryData(key, before)
}
