import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { MergeReport } from '../../../contract/schemas.ts'
import { cancelled, UserError } from '../../base/errors.ts'
import type { KnownState } from '../../domain/decision.ts'
import { State } from '../../domain/state.ts'
import { openProject } from '../../project/file/open.ts'
import type { Edit } from '../../project/labels/edit.ts'
import { labelNameKey } from '../../project/labels/name.ts'
import type { Project } from '../../project/project.ts'
import type { ProjectSnapshot } from '../../project/states/snapshot.ts'
import type { Image, Label, StateChange, Statement } from '../../project/types.ts'
import { cohensKappa, type Judgements } from '../../suggestions/agreement.ts'
import type { JobControl, StartedJob } from '../jobs.ts'
import { writeStateWithin } from '../marks/writeStates.ts'
import { counted } from '../words.ts'
import type { Workspace } from '../workspace.ts'

/**
 * Merges another copy of the project into this one, as one action that one undo takes back; the other file is only read. Marks
 * that only one copy has are taken over, with who made them and when. Where the copies contradict each other, the pair becomes
 * unknown, both statements are kept (`DisputesTable`), and the next decision settles it.
 * @throws UserError `merge-self`, `merge-strangers`, those of opening a project; `cancelled`
 */
export function startMerge(workspace: Workspace, file: string): StartedJob<MergeReport> {
  workspace.requireWritable()
  const title = `Merge ${path.basename(file)}`
  return startWithOther(workspace, file, title, async (other, job) => {
    job.update({ phase: 'Making a backup' })
    await workspace.backups.beforeAction()
    return workspace.project.editLarge({ title }, (edit) => merged(workspace.project, other, edit, job))
  })
}

/** Reports what `startMerge` would do; nothing is written. @throws UserError as `startMerge` */
export function startMergePreview(workspace: Workspace, file: string): StartedJob<MergeReport> {
  const title = `Preview ${path.basename(file)}`
  return startWithOther(workspace, file, title, (other, job) => merged(workspace.project, other, null, job))
}

function startWithOther(
  { context, project }: Workspace,
  file: string,
  title: string,
  work: (other: Project, job: JobControl) => Promise<MergeReport>,
): StartedJob<MergeReport> {
  if (path.resolve(file) === project.path) {
    throw new UserError('merge-self', 'A project can’t be merged with itself.', 'Choose the other annotator’s copy.')
  }
  return context.jobs.start('import', title, async (job) => {
    const other = openProject(file, { readOnly: true })
    try {
      const report = await work(other, job)
      const counts = [`${counted(report.taken, 'mark')} merged`, `${report.same} the same`]
      if (report.disputed > 0) counts.push(`${counted(report.disputed, 'pair')} to review`)
      return { result: report, outcome: `${counts.join(', ')}.` }
    } finally {
      other.close()
    }
  })
}

/** @param edit null for a preview, which writes nothing */
async function merged(project: Project, other: Project, edit: Edit | null, job: JobControl): Promise<MergeReport> {
  const snapshot = other.snapshot()
  try {
    return await new Merge(project, other, snapshot, edit).run(job)
  } finally {
    snapshot.close()
  }
}

class Merge {
  readonly #project: Project
  readonly #snapshot: ProjectSnapshot
  readonly #edit: Edit | null
  readonly #names: { ours: string; theirs: string }
  readonly #annotators: { ours: string | null; theirs: string | null }
  readonly #report: MergeReport = {
    ...{ images: { matched: 0, unmatched: [] }, labelsAdded: [], taken: 0, same: 0, disputed: 0, settled: 0 },
    ...{ agreement: [], kappa: null },
  }
  /** By our label's id. */
  readonly #judgements = new Map<number, Judgements>()
  readonly #models = new Map<number, number>()

  constructor(project: Project, other: Project, snapshot: ProjectSnapshot, edit: Edit | null) {
    this.#project = project
    this.#snapshot = snapshot
    this.#edit = edit
    const nameOf = ({ path: file }: Project): string => path.basename(file, '.surmise')
    const [ours, theirs] = [nameOf(project), nameOf(other)]
    // Two copies may have the same file name.
    this.#names = { ours, theirs: theirs === ours ? `${theirs} (other)` : theirs }
    this.#annotators = { ours: project.settings.get('annotator'), theirs: other.settings.get('annotator') }
  }

  async run(job: JobControl): Promise<MergeReport> {
    const find = imageFinder(this.#project)
    const total = this.#project.images.counts().total
    const labels = new Map<number, number>()
    let [seen, sliceEnds] = [0, performance.now() + 12]
    for (const { image, states } of this.#snapshot.images()) {
      const own = find(image)
      if (own === undefined) this.#report.images.unmatched.push(image.path)
      else {
        this.#report.images.matched++
        if (this.#report.images.matched === 1) this.#matchLabels(labels)
        this.#mergeImage(own, states, labels)
      }
      seen++
      if (performance.now() < sliceEnds) continue
      job.update({ phase: 'Comparing marks', fraction: Math.min(1, seen / Math.max(1, total)) })
      await setImmediate()
      if (job.signal.aborted) throw cancelled('The merge')
      sliceEnds = performance.now() + 12
    }
    if (this.#report.images.matched === 0) {
      throw new UserError(
        'merge-strangers',
        'The two projects have no images in common, so there is nothing to merge.',
        'Both should be copies of one project, or contain the same images.',
      )
    }
    return this.#finished()
  }

  /** Matches labels by identity, else by name; those we lack are added. */
  #matchLabels(found: Map<number, number>): void {
    const ours = this.#project.labels.list()
    const byUid = new Map(ours.map((label) => [label.uid, label.id]))
    const byName = new Map(ours.map((label) => [labelNameKey(label.name), label.id]))
    const added: Label[] = []
    for (const label of this.#snapshot.labels) {
      const known = byUid.get(label.uid) ?? byName.get(labelNameKey(label.name))
      if (known !== undefined) {
        found.set(label.id, known)
        continue
      }
      const { uid, name, colour, description } = label
      // A preview adds no label: a negative id stands for it.
      found.set(label.id, this.#edit?.addLabel({ uid, name, colour, description }) ?? -label.id)
      added.push(label)
      this.#report.labelsAdded.push(name)
    }
    // Parents last, when all labels exist.
    for (const { id, parentId, group, exclusive } of added) {
      const parent = parentId === null ? null : (found.get(parentId) ?? null)
      this.#edit?.updateLabel(found.get(id)!, { parentId: parent, group, ...(group === '' ? {} : { exclusive }) })
    }
  }

  #mergeImage(imageId: number, states: readonly KnownState[], labels: ReadonlyMap<number, number>): void {
    if (states.length === 0) return
    const ours = new Map(this.#project.states.ofImage(imageId).map((state) => [state.labelId, state]))
    const disputes = new Map(this.#project.disputes.ofImage(imageId).map((one) => [one.labelId, one]))
    for (const theirs of states) {
      const labelId = labels.get(theirs.labelId)
      if (labelId === undefined) continue
      const statement = this.#statement(theirs, 'theirs')
      const own = ours.get(labelId)
      if (own?.state === theirs.state) {
        this.#report.same++
        this.#judge(labelId, own, theirs)
      } else if (this.#project.disputes.hasStatement(imageId, labelId, statement)) this.#report.settled++
      else if (own) {
        this.#judge(labelId, own, theirs)
        if (this.#edit) writeStateWithin(this.#edit, { imageId, labelId, state: State.unknown }, 'leave')
        this.#edit?.addStatements(imageId, labelId, [this.#statement(own, 'ours'), statement])
        this.#report.disputed++
      } else if (disputes.has(labelId)) {
        // Already in dispute: one more statement.
        this.#edit?.addStatements(imageId, labelId, [statement])
        this.#report.disputed++
      } else {
        // Nothing is implied by parents and groups: the other copy has those marks too, or deliberately not.
        if (this.#edit) writeStateWithin(this.#edit, this.#taken(this.#edit, imageId, labelId, theirs), 'leave')
        this.#report.taken++
      }
    }
  }

  #statement({ state, source, decidedAt, annotator }: KnownState, whose: 'ours' | 'theirs'): Statement {
    return { origin: this.#names[whose], state, source, decidedAt, annotator: annotator ?? this.#annotators[whose] }
  }

  #taken(edit: Edit, imageId: number, labelId: number, theirs: KnownState): StateChange {
    const { state, source, decidedAt, score, modelId, annotator } = theirs
    const model = modelId === null ? null : this.#modelOf(edit, modelId)
    const by = annotator ?? this.#annotators.theirs
    return { imageId, labelId, state, source, decidedAt, modelId: model, score, annotator: by }
  }

  /** Our record of one of their models, for reference only: its files aren't copied. */
  #modelOf(edit: Edit, id: number): number | null {
    const known = this.#models.get(id)
    if (known !== undefined) return known
    const model = this.#snapshot.models.find((one) => one.id === id)
    if (!model) return null
    const { uid, createdAt, kind, backbone, seed, device, metrics } = model
    const own = edit.addModel({ uid, createdAt, kind, backbone, seed, device, metrics, labelIds: [], file: null })
    this.#models.set(id, own)
    return own
  }

  /** Counts towards agreement. A mark made before the copies diverged is one judgement, not two. */
  #judge(labelId: number, own: KnownState, theirs: KnownState): void {
    const isShared =
      own.state === theirs.state && own.decidedAt === theirs.decidedAt && own.annotator === theirs.annotator
    if (isShared) return
    const counts = this.#judgements.get(labelId) ?? { both: 0, first: 0, second: 0, neither: 0 }
    this.#judgements.set(labelId, counts)
    if (own.state === State.present) counts[theirs.state === State.present ? 'both' : 'first']++
    else counts[theirs.state === State.present ? 'second' : 'neither']++
  }

  #finished(): MergeReport {
    const all: Judgements = { both: 0, first: 0, second: 0, neither: 0 }
    const kappaOf = (counts: Judgements): number | null => {
      const kappa = cohensKappa(counts)
      return Number.isNaN(kappa) ? null : kappa
    }
    for (const { id, name } of this.#project.labels.list()) {
      const counts = this.#judgements.get(id)
      if (!counts) continue
      for (const key of ['both', 'first', 'second', 'neither'] as const) all[key] += counts[key]
      const agreed = counts.both + counts.neither
      const pairs = agreed + counts.first + counts.second
      this.#report.agreement.push({ label: name, pairs, agreed, kappa: kappaOf(counts) })
    }
    return { ...this.#report, kappa: kappaOf(all) }
  }
}

/** Finds our image for one of theirs: by identity, else by path if the contents may be the same, else by unique content. */
function imageFinder(project: Project): (image: Image) => number | undefined {
  const byUid = new Map<string, number>()
  const byContent = new Map<string, number | null>()
  const byPath = new Map<string, { id: number; sha256: string | null }>()
  for (const { id, uid, sha256, path: file, status } of project.images.known()) {
    byUid.set(uid, id)
    if (sha256 !== null) byContent.set(sha256, byContent.has(sha256) ? null : id)
    if (status !== 'missing') byPath.set(file, { id, sha256 })
  }
  return ({ uid, sha256, path: file }) => {
    const known = byUid.get(uid)
    if (known !== undefined) return known
    const here = byPath.get(file)
    const isSame = here && (here.sha256 === sha256 || here.sha256 === null || sha256 === null)
    return isSame ? here.id : ((sha256 !== null ? byContent.get(sha256) : undefined) ?? undefined)
  }
}
