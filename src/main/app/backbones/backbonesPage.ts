import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { BackboneRow, BackbonesPage, FeatureCache } from '../../../contract/backbones.ts'
import * as caches from '../../backbone/cache/featureCaches.ts'
import { fetchedFolderIn } from '../../backbone/download/fetch.ts'
import {
  bytesBegun,
  isTextThere,
  isThere,
  placeOf,
  readReceipt,
  rememberedHash,
} from '../../backbone/download/fetched.ts'
import { knownBackbones, type ManifestEntry } from '../../backbone/list/manifest.ts'
import { modelNamed, namesFile, viewsOf, withViews } from '../../backbone/list/registry.ts'
import { UserError } from '../../base/errors.ts'
import type { AppContext } from '../context.ts'
import { summaryOf } from '../project/summary.ts'
import { builtInBackbone } from '../training/training.ts'
import type { ReadableWorkspace, Workspace } from '../workspace.ts'
import { trialsOf } from './backboneTrial.ts'

/** Everything the page of backbones shows. */
export async function backbonesPage(context: AppContext, workspace?: ReadableWorkspace): Promise<BackbonesPage> {
  const folder = fetchedFolderIn(context.configFolder)
  const rows = await Promise.all(knownBackbones().map((entry) => rowOf(entry, folder)))
  const project = workspace && (await projectPart(workspace))
  if (project && namesFile(project.specification)) rows.push(await fileRow(withViews(project.specification, 'none')))
  const speeds = await context.speeds.all()
  // Downloaded ones first.
  const sorted = rows.sort((a, b) => Number(b.there) - Number(a.there))
  return {
    rows: sorted.map((row) => ({
      ...row,
      speed: speeds[row.specification] ?? null,
      mAP: project ? newestMAP(project.trials, row.specification) : null,
    })),
    folder,
    project: project ?? null,
  }
}

type Known = Omit<BackboneRow, 'speed' | 'mAP'>

async function rowOf(entry: ManifestEntry, folder: string): Promise<Known> {
  const { name, title, licence, goodAt, builtIn, model, megabytes, unverified, textEncoder } = entry
  const place = placeOf(entry, folder)
  const size = builtIn ? await sizeOf(place) : ((await readReceipt(place))?.bytes ?? model?.bytes)
  const remembered = model && rememberedHash(folder, model.url) ? 'remembered' : 'unknown'
  return {
    ...{ specification: name, title, licence, goodAt, unverified, kind: builtIn ? 'built-in' : 'to-fetch' },
    bytes: size ?? Math.round(megabytes * 1e6),
    exact: size != null,
    host: model ? new URL(model.url).host : null,
    hash: builtIn || (model?.sha256 ?? null) !== null ? 'known' : remembered,
    there: await isThere(entry, folder),
    begun: builtIn ? 0 : await bytesBegun(entry, folder),
    text: !textEncoder ? 'none' : (await isTextThere(entry, folder)) ? 'there' : 'to-fetch',
  }
}

const sizeOf = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ size }) => size,
    () => undefined,
  )

/** The row of a model file given by path, which the project uses. */
async function fileRow(specification: string): Promise<Known> {
  const file = modelNamed(specification)
  const size = await sizeOf(file)
  return {
    ...{ specification, title: path.basename(specification), kind: 'file', licence: '', goodAt: file, unverified: [] },
    ...{
      bytes: size ?? 0,
      exact: true,
      host: null,
      hash: 'unknown',
      there: size !== undefined,
      begun: 0,
      text: 'none',
    },
  }
}

async function projectPart(workspace: ReadableWorkspace): Promise<NonNullable<BackbonesPage['project']>> {
  const { project } = workspace
  const specification = project.settings.get('backbone') ?? builtInBackbone
  const { ok, started } = summaryOf(workspace).images
  return {
    ...{ specification, images: ok, known: started },
    caches: await cachesOf(workspace),
    trials: trialsOf(workspace),
  }
}

async function cachesOf({ project }: ReadableWorkspace): Promise<FeatureCache[]> {
  const specification = project.settings.get('backbone') ?? builtInBackbone
  const what = modelNamed(specification)
  const size = /@(\d+)/.exec(specification.slice(what.length))?.[1]
  const name = withViews(namesFile(specification) ? path.basename(what) : what, viewsOf(specification))
  const listed = await caches.listCaches(project.cacheFolder)
  return listed.map(({ identity, backbone, images, bytes }) => ({
    ...{ identity, images, bytes },
    name: backbone && `${backbone.names.join(' = ')}, ${backbone.width} × ${backbone.height}`,
    current: isOf(backbone, name, size),
  }))
}

/** Whether a cache belongs to this backbone; in any input size if the project names none. */
function isOf(backbone: caches.FeatureCache['backbone'], name: string, size: string | undefined): boolean {
  if (!backbone?.names.includes(name)) return false
  return size === undefined || Number(size) === backbone.width
}

const newestMAP = (trials: NonNullable<BackbonesPage['project']>['trials'], specification: string): number | null =>
  trials
    .flatMap(({ results }) => results)
    .find((one) => withViews(one.specification, 'none') === specification && one.mAP !== null)?.mAP ?? null

/**
 * Deletes the features of one backbone. They are computed again when needed.
 * @throws UserError `training-running`, `cache-unknown`, `cache-in-use`
 */
export async function clearFeatures(workspace: Workspace, identity: string): Promise<{ bytes: number }> {
  const { context, project } = workspace
  workspace.requireWritable()
  if (context.jobs.running('train') || context.jobs.running('try')) {
    throw new UserError(
      'training-running',
      'The features are in use right now.',
      'Wait until training is done, or cancel it.',
    )
  }
  return { bytes: await caches.clearCache(project.cacheFolder, identity) }
}
