import { type Command, InvalidArgumentError } from 'commander'
import { backbonesPage } from '../../app/backbones/backbonesPage.ts'
import { outcomeOf, startTrial } from '../../app/backbones/backboneTrial.ts'
import { removeBackbone, startFetch } from '../../app/backbones/fetching.ts'
import { backboneOf } from './backboneOption.ts'
import { type CommonOptions, run, runOn, withImages, withJson } from './run.ts'
import { holdsPassword, warnOfArgument } from './secrets.ts'
import { tableText } from './table.ts'

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
  const all = program
    .command('backbones')
    .description('list the backbones that there are; fetch, compare or remove them')
  withJson(all.command('list', { isDefault: true }).description('list them')).action((options: CommonOptions) =>
    run(options, async ({ context }) => {
      const { rows, folder } = await backbonesPage(context)
      return { lines: listText(rows), json: { folder, backbones: rows } }
    }),
  )

  const fetching = all
    .command('fetch')
    .description('fetch one from where it was published; goes on where it was cut off')
    .argument('<name>', 'its name in the list')
    .option('--mirror <url>', 'another server with the same paths (default: the one of the preferences)')
    .option('--proxy <url>', 'by way of this proxy (default: the preferences, then HTTPS_PROXY)')
    .option('--text', 'what turns words into vectors, too, where it has such a part')
    .option('--accept-new', 'take it, though it is another file than at its first download')
  withJson(fetching).action((name: string, options: FetchOptions) =>
    run(options, async ({ context, preferences }) => {
      const { downloads } = await preferences.get()
      const { mirror = downloads.mirror, proxy = downloads.proxy, text: withText, acceptNew } = options
      if (options.proxy !== undefined && holdsPassword(options.proxy))
        warnOfArgument('--proxy', 'the preferences, or the environment variable HTTPS_PROXY')
      const job = startFetch(context, { name, mirror, proxy, withText, acceptNew })
      const fetched = await job.done
      return { lines: [context.jobs.get(job.id)?.outcome ?? ''], json: { backbone: fetched } }
    }),
  )

  const remove = all
    .command('remove')
    .description('delete what was fetched of one; features and models that were made with it stay')
    .argument('<name>', 'its name in the list')
  withJson(remove).action((name: string, options: CommonOptions) =>
    run(options, async ({ context }) => {
      await removeBackbone(context, name)
      return { lines: [`${name} is removed.`], json: { removed: name } }
    }),
  )

  const compare = all
    .command('try')
    .description('compare some on images of a project of which something is known')
    .argument('<project>', 'the project file')
    .argument('<names...>', 'names in the list, or ONNX files')
    .option('--images <number>', 'how many images at most', imagesOf, 500)
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
    const size = `${exact ? '' : '~'}${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`
    const begunText = begun > 0 ? `begun (${Math.floor((100 * begun) / bytes)} %)` : 'to fetch'
    return [specification, size, kind === 'built-in' ? 'built in' : there ? 'there' : begunText, licence, goodAt]
  })
  return tableText(['name', 'size', 'where', 'licence', 'good at'], cells)
}

function imagesOf(text: string): number {
  const images = Number(text)
  if (Number.isInteger(images) && images >= 1 && images <= 5000) return images
  throw new InvalidArgumentError('A number of images is a whole number from 1 to 5000.')
}
