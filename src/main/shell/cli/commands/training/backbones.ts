import { type Command, InvalidArgumentError } from 'commander'
import { backbonesPage } from '../../../../app/backbones/backbonesPage.ts'
import { outcomeOf, startTrial } from '../../../../app/backbones/backboneTrial.ts'
import { removeBackbone, startFetch } from '../../../../app/backbones/fetching.ts'
import { backboneOf } from '../../backboneOption.ts'
import { type CommonOptions, run, runOn, withImages, withJson } from '../../run.ts'
import { holdsPassword, warnOfArgument } from '../../secrets.ts'
import { tableText } from '../../table.ts'
import { common } from '../../texts/common.ts'
import { backbones as texts } from '../../texts/training.ts'

interface FetchOptions extends CommonOptions {
  mirror?: string
  proxy?: string
  text?: boolean
  acceptNew?: boolean
}

interface TryOptions extends CommonOptions {
  images: number
}

export function addBackbones(program: Command): void {
  const all = program.command('backbones').description(texts.description)
  withJson(all.command('list', { isDefault: true }).description(texts.list)).action((options: CommonOptions) =>
    run(options, async ({ context }) => {
      const { rows, folder } = await backbonesPage(context)
      return { lines: listText(rows), json: { folder, backbones: rows } }
    }),
  )

  const fetching = all
    .command('fetch')
    .description(texts.fetch)
    .argument('<name>', texts.name)
    .option('--mirror <url>', texts.mirror)
    .option('--proxy <url>', texts.proxy)
    .option('--text', texts.text)
    .option('--accept-new', texts.acceptNew)
  withJson(fetching).action((name: string, options: FetchOptions) =>
    run(options, async ({ context, preferences }) => {
      const { downloads } = await preferences.get()
      const { mirror = downloads.mirror, proxy = downloads.proxy, text: withText, acceptNew } = options
      if (options.proxy !== undefined && holdsPassword(options.proxy)) warnOfArgument('--proxy', texts.insteadOfProxy)
      const job = startFetch(context, { name, mirror, proxy, withText, acceptNew })
      const fetched = await job.done
      return { lines: [context.jobs.get(job.id)?.outcome ?? ''], json: { backbone: fetched } }
    }),
  )

  const remove = all.command('remove').description(texts.remove).argument('<name>', texts.name)
  withJson(remove).action((name: string, options: CommonOptions) =>
    run(options, async ({ context }) => {
      await removeBackbone(context, name)
      return { lines: [texts.removed(name)], json: { removed: name } }
    }),
  )

  const compare = all
    .command('try')
    .description(texts.try)
    .argument('<project>', common.project)
    .argument('<names...>', texts.names)
    .option('--images <number>', texts.images, imagesOf, 500)
  withImages(compare).action((project: string, names: string[], options: TryOptions) =>
    runOn(project, options, async (workspace) => {
      const specifications = names.map((name) => backboneOf(name))
      const trial = await (await startTrial(workspace, { specifications, images: options.images })).done
      return { lines: [outcomeOf(trial)], json: { trial } }
    }),
  )
}

type Rows = Awaited<ReturnType<typeof backbonesPage>>['rows']

function listText(rows: Rows): string[] {
  const cells = rows.map(({ specification, bytes, exact, licence, kind, there, begun, goodAt }) => {
    const isFetched = kind === 'built-in' ? texts.builtIn : there ? texts.downloaded : undefined
    const status = isFetched ?? (begun > 0 ? texts.begun(begun / bytes) : texts.notDownloaded)
    return [specification, texts.size(bytes, exact), status, licence, goodAt]
  })
  return tableText(texts.columns, cells)
}

function imagesOf(text: string): number {
  const images = Number(text)
  if (Number.isInteger(images) && images >= 1 && images <= 5000) return images
  throw new InvalidArgumentError(texts.badImages)
}
