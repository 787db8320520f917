import { existsSync, realpathSync } from 'node:fs'
import { access, constants, readdir } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, release, tmpdir, totalmem, type } from 'node:os'
import path from 'node:path'
import { type DoctorPart, type DoctorReport, doctorParts, type Finding } from '../../../contract/doctor.ts'
import { deviceNames } from '../../base/deviceFailure.ts'
import { reportOf } from '../../base/errors.ts'
import { oneLine } from '../../base/visible.ts'
import { sqliteVersion } from '../../project/database.ts'
import { listBackups } from '../../project/file/backups.ts'
import { mendLeftBehind } from '../../project/file/leftBehind.ts'
import { repairProject } from '../../project/file/repair.ts'
import type { Application } from '../application.ts'
import type { DeviceReport } from '../devices/devices.ts'
import { homeFolder } from '../program/home.ts'
import { lostChangesOf } from '../project/lostChanges.ts'
import { counted } from '../words.ts'
import { bytes, cacheFindings, diskFindings, type Place, permissionFindings } from './places.ts'
import { type PrivatePlace, withoutPrivatePaths } from './privatePaths.ts'

export interface DoctorOptions {
  /** The project in question, if it couldn't be opened, and why. */
  refused?: { file: string; error: unknown }
}

/**
 * Checks everything the program needs on this machine; a check that fails is itself a finding. Changes nothing except the
 * permissions of files that keep their project from being opened.
 */
export async function examine(app: Application, { refused }: DoctorOptions = {}): Promise<DoctorReport> {
  const file = app.workspace?.project.path ?? refused?.file
  // First, because the other checks see the project as it is afterwards.
  const mended = file === undefined ? [] : mendedFindings(file)
  const places = placesOf(app)
  const parts = await Promise.all([
    attempt('versions', () => versionFindings(app)),
    attempt('devices', () => deviceFindings(app)),
    attempt('disk', () => diskFindings(places)),
    attempt('permissions', () => permissionFindings(places)),
    refused ? [refusal(refused.error)] : attempt('project', () => projectFindings(app)),
    attempt('cache', async () => (app.workspace ? cacheFindings(app.workspace.project.cacheFolder) : [])),
  ])
  const hidden = hiddenPlaces(app, refused?.file)
  const findings = [...parts.flat(), ...mended].map((finding) => ({
    ...finding,
    says: withoutPrivatePaths(finding.says, hidden),
    hint: withoutPrivatePaths(finding.hint, hidden),
  }))
  return { findings, text: textOf(findings) }
}

/** Repairs a project file that isn't open anywhere, and keeps the original as a backup. @throws UserError as `repairProject` */
export function repair(file: string): { mended: string[]; keptAs: string | null } {
  return repairProject(file)
}

async function versionFindings({ context, window }: Application): Promise<Finding[]> {
  const fact = (name: string, says: string): Finding => ({ part: 'versions', name, state: 'fact', says, hint: '' })
  const [processor] = cpus()
  const here = [
    fact('Surmise', context.version),
    fact('System', `${type()} ${release()}, ${process.arch}`),
    fact('Processor', `${processor?.model.trim() ?? 'unknown'}, ${counted(availableParallelism(), 'thread')}`),
    fact('Memory', `${bytes(freemem())} free of ${bytes(totalmem())}`),
    ...(window ? [fact('Electron', window)] : []),
    fact('Node', process.versions.node),
    fact('SQLite', sqliteVersion()),
  ]
  try {
    const there = await context.compute.run('versions', {})
    const compute: Finding = { ...fact('Compute process', `answers, Node ${there.node}`), state: 'good' }
    return [
      ...here,
      compute,
      fact('ONNX Runtime', there.onnxruntime),
      fact('sharp', there.sharp),
      fact('libvips', there.libvips),
    ]
  } catch (error) {
    const { message, hint } = reportOf(error)
    return [...here, { part: 'versions', name: 'Compute process', state: 'problem', says: message, hint }]
  }
}

async function deviceFindings({ context }: Application): Promise<Finding[]> {
  const devices = await context.devices.list()
  return [...devices.map(deviceFinding), ...(await cardFindings())]
}

function deviceFinding({ device, usable, reason, speed, automatic }: DeviceReport): Finding {
  const finding = { part: 'devices', name: device === 'cpu' ? 'CPU' : deviceNames[device], hint: '' } as const
  // Most machines lack most devices, so a missing one isn't a problem.
  if (!usable) return { ...finding, state: 'fact', says: reason ?? 'can’t be used' }
  const fast =
    device === 'cpu' || speed === null ? '' : `, ${speed.toPrecision(2)}× as fast as the CPU in a training step`
  return { ...finding, state: 'good', says: `usable${fast}${automatic ? '; used automatically' : ''}` }
}

/** On Linux a graphics card is a device file. Without permission to use it, the driver just reports that there is no card. */
async function cardFindings(folder = '/dev/dri'): Promise<Finding[]> {
  if (process.platform !== 'linux') return []
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('renderD'))
  if (files.length === 0) {
    return [{ part: 'devices', name: 'Graphics card', state: 'fact', says: 'none listed by the system', hint: '' }]
  }
  return Promise.all(
    files.map(async (name): Promise<Finding> => {
      const file = path.join(folder, name)
      const allowed = await access(file, constants.R_OK | constants.W_OK).then(
        () => true,
        () => false,
      )
      const finding = { part: 'devices', name: 'Graphics card' } as const
      if (allowed) return { ...finding, state: 'good', says: `${file} is usable`, hint: '' }
      const hint = 'Add yourself to the group that owns it (usually “render”) and log in again.'
      return { ...finding, state: 'warning', says: `you may not use ${file}`, hint }
    }),
  )
}

async function projectFindings({ workspace }: Application): Promise<Finding[]> {
  if (!workspace) return [{ part: 'project', name: 'Project', state: 'fact', says: 'none open', hint: '' }]
  const { project } = workspace
  const { total, broken, missing } = project.images.counts()
  const problems = await project.check()
  const hint = 'Stop marking, copy the project file, and export what is readable from the copy.'
  const mode = project.readOnly ? 'open read-only' : 'open for editing'
  const lost = lostChangesOf(project)
  return [
    { part: 'project', name: 'Project', state: 'fact', says: mode, hint: '' },
    ...(lost ? [{ part: 'project', name: 'Log', state: 'problem', says: lost.message, hint: lost.hint } as const] : []),
    ...damagedBackups(project.path),
    {
      ...{ part: 'project', name: 'Images' },
      state: missing > 0 ? 'warning' : 'fact',
      says: `${counted(total, 'image')}, ${broken} unreadable, ${missing} missing`,
      hint: missing > 0 ? 'Relocate the image folder, or rescan images.' : '',
    },
    ...(workspace.imagesAllowed
      ? []
      : [
          {
            ...({ part: 'project', name: 'Image folder', state: 'warning' } as const),
            says: `not read: the project comes from elsewhere, and ${project.imagesRoot} isn’t its own folder`,
            hint: 'If you trust whoever made the project, allow it in the window or with --allow-images.',
          },
        ]),
    { part: 'project', name: 'Labels', state: 'fact', says: String(project.labels.list().length), hint: '' },
    problems.length === 0
      ? { part: 'project', name: 'Database', state: 'good', says: 'sound: every page, reference and count', hint: '' }
      : { part: 'project', name: 'Database', state: 'problem', says: problems.join('; '), hint },
  ]
}

/** The one change the doctor makes: permissions of files left read-only beside a project (leftBehind.ts). */
function mendedFindings(file: string): Finding[] {
  const { mended, stuck } = existsSync(file) ? mendLeftBehind(realpathSync(file)) : { mended: [], stuck: [] }
  const finding = { part: 'project', name: 'Left behind' } as const
  const found: Finding[] = []
  if (mended.length > 0) {
    const says = `repaired: ${mended.join(', ')} had become read-only`
    found.push({ ...finding, state: 'good', says, hint: 'Reopen the project: it is writable again.' })
  }
  if (stuck.length > 0) {
    const says = `${stuck.join(', ')} is read-only and owned by someone else`
    const hint = 'Ask the owner for permission, or delete it while the project isn’t open.'
    found.push({
      ...finding,
      state: 'problem',
      says,
      hint: stuck.some((name) => name.endsWith('-wal')) ? 'Ask the owner for permission: it may contain marks.' : hint,
    })
  }
  return found
}

/** Damage found earlier, for those who missed the notice at the time. */
function damagedBackups(file: string): Finding[] {
  const damaged = listBackups(file).filter(({ reason }) => reason === 'damaged')
  if (damaged.length === 0) return []
  const says = `damaged file kept unchanged: ${damaged.map(({ number }) => `backup ${number}`).join(', ')}`
  return [{ part: 'project', name: 'Backups', state: 'warning', says, hint: 'Keep it if work is missing since.' }]
}

function refusal(error: unknown): Finding {
  const { message, hint } = reportOf(error)
  return { part: 'project', name: 'Project', state: 'problem', says: message, hint }
}

async function attempt(part: DoctorPart, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look()
  } catch (error) {
    const { message, hint } = reportOf(error)
    return [{ part, name: 'Couldn’t be checked', state: 'problem', says: message, hint }]
  }
}

function placesOf({ configFolder, workspace }: Application): Place[] {
  const own = [
    { name: 'Settings and log', folder: configFolder, writes: true },
    { name: 'Temporary files', folder: tmpdir(), writes: true },
  ]
  if (!workspace) return own
  const { project } = workspace
  return [
    ...own,
    { name: 'Project', folder: path.dirname(project.path), writes: !project.readOnly },
    { name: 'Cache', folder: project.cacheFolder, writes: true },
    ...(workspace.imagesAllowed ? [{ name: 'Images', folder: project.imagesRoot, writes: false }] : []),
  ]
}

function hiddenPlaces({ configFolder, workspace }: Application, refused: string | undefined): PrivatePlace[] {
  const project = workspace?.project
  const file = project?.path ?? refused
  return [
    [homeFolder(), '~'],
    [configFolder, '<settings>'],
    [tmpdir(), '<temporary>'],
    [path.resolve(import.meta.dirname, '../../../..'), '<surmise>'],
    ...(file === undefined ? [] : [[file, '<project>'] as const, [path.dirname(file), '<project folder>'] as const]),
    ...(project ? [[project.imagesRoot, '<images>'] as const] : []),
  ]
}

const titles: Record<DoctorPart, string> = {
  versions: 'Versions',
  devices: 'Devices',
  disk: 'Disk',
  permissions: 'Permissions',
  project: 'Project',
  cache: 'Cache',
}
const signs = { good: '✓', fact: ' ', warning: '!', problem: '✗' }

function textOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  return doctorParts
    .map((part) => findings.filter((finding) => finding.part === part))
    .filter((some) => some.length > 0)
    .map((some) =>
      [
        titles[some[0].part],
        ...some.flatMap(({ name, state, says, hint }) => [
          `${signs[state]} ${name.padEnd(width)}  ${oneLine(says)}`,
          ...(hint ? [`  ${' '.repeat(width)}  ${oneLine(hint)}`] : []),
        ]),
      ].join('\n'),
    )
    .join('\n\n')
}
