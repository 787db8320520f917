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
 * Marks show at once and are saved in the background; the indicator says "saved" only when all of them are. A mark that can't be
 * saved is reverted, with a notice.
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
    // In a read-only project, nothing is ever reported as saved.
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

/** Images that can't be seen can't be marked, but their marks can be cleared. */
export function markMany(changes: { imageId: number; labelId: number; state: LabelState }[]): void {
  const { failed } = usePictures.getState()
  const seen = changes.filter(({ imageId, state }) => state === State.unknown || !failed.has(imageId))
  tellUnseen(new Set(changes.map(({ imageId }) => imageId)).size - new Set(seen.map(({ imageId }) => imageId)).size)
  if (seen.length > 0) void saved(setMarks(seen))
}

function tellUnseen(count: number): void {
  if (count > 0) notify('warning', { message: texts.notNow.someUnseen(count) })
}

/** Refuses to mark images that couldn't be shown. @returns whether it refused */
function refuseUnseen(imageIds: readonly number[], reason: string): boolean {
  const { failed } = usePictures.getState()
  if (!imageIds.some((id) => failed.has(id))) return false
  notifyOnce(reason)
  return true
}

/** Marks everything that is still unknown in this image as absent. */
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
  // People decide on what they see: the response to their last mark may not have arrived yet.
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

/** Settles a likely mistake: takes the model's side, or keeps the mark. */
export function settleMistake(imageId: number, { labelId, suggestion }: Suggestion, take: boolean): void {
  if (refuseUnseen([imageId], texts.notNow.unseenSuggestion)) return
  const undo = showAtOnce(imageId, [{ labelId, state: stateOf(take ? suggestion : otherSide(suggestion)) }])
  const sending = sendOnce((sent) => client.marks.settleMistake({ imageId, labelId, suggestion, take, sent }))
  void saved(sending, undo)
}

/** @returns what was undone, if anything */
export async function undo(): Promise<string | undefined> {
  const result = await saved(sendNow((sent) => client.history.undo({ sent })))
  if (result) await follow(result, texts.history.undone(result.title))
  return result?.title
}

/** @returns what was redone, if anything */
export async function redo(): Promise<string | undefined> {
  const result = await saved(sendNow((sent) => client.history.redo({ sent })))
  if (result) await follow(result, texts.history.redone(result.title))
  return result?.title
}

/** Undoes or redoes until this action is the latest in effect. @throws what the call throws */
export async function goTo(id: number): Promise<void> {
  const result = await client.history.goTo({ id })
  tellHistory(result)
  const { kind, steps, of } = result
  if (steps > 0) notify('info', { message: texts.historyList.went(kind, steps) })
  if (steps < of) notify('warning', { message: texts.historyList.stopped(of - steps) })
}

/** In the image view, opens the image that changed, with the keyboard on the label that can be decided again. The grid updates itself. */
async function follow({ firstImageId, firstLabelId = null }: ActionResult, message: string): Promise<void> {
  notify('info', { message })
  if (firstImageId === null || openImageId(ui.get().screen) === null) return
  openImage(firstImageId)
  await queryClient.refetchQueries({ queryKey: keys.detail(firstImageId) })
  if (openImageId(ui.get().screen) === firstImageId) ui.set({ settled: firstLabelId })
}

/** @returns a function that reverts it */
function showAtOnce(imageId: number, changes: { labelId: number; state: LabelState }[]): () => void {
  const key = keys.detail(imageId)
  const before = queryClient.getQueryData<ImageDetail>(key)
  if (!before) return () => undefined
  // A response that is on its way doesn't include this mark.
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
