import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { downloadArtifact } from '@electron/get'
import { Arch, build, type Configuration, Platform } from 'electron-builder'
import sharp from 'sharp'
import { entries, stage, stageNode } from './stage.ts'
import { isHere, nameOf, type Target } from './target.ts'

const root = path.join(import.meta.dirname, '../..')

export const electronVersion: string = JSON.parse(
  readFileSync(path.join(root, 'node_modules/electron/package.json'), 'utf8'),
).version

/** The parts that electron-builder puts together, below one folder. */
const partsOf = (folder: string) => ({
  app: path.join(folder, 'app'),
  core: path.join(folder, 'core'),
  node: path.join(folder, 'node'),
  icons: path.join(folder, 'icons'),
})

/**
 * @param folder where `stageDesktop` has put the parts
 * @param electronDist a folder with Electron’s program, where it is not to be fetched
 * @param updatesUrl where updates will lie; without it the program never looks for any
 */
export function desktopConfiguration(
  target: Target,
  {
    folder,
    output,
    electronDist,
    updatesUrl,
  }: { folder: string; output: string; electronDist?: string; updatesUrl?: string },
): Configuration {
  const { app, core, node, icons } = partsOf(folder)
  return {
    appId: 'app.surmise.desktop',
    productName: 'Surmise',
    copyright: 'The Surmise authors, Apache-2.0',
    directories: { app, output, buildResources: icons },
    electronVersion,
    electronDist,
    // What is native comes built, for each system.
    npmRebuild: false,
    buildDependenciesFromSource: false,
    // All that is in the folder was chosen, package by package.
    files: ['**/*', { from: path.join(app, 'node_modules'), to: 'node_modules', filter: ['**/*'] }],
    asar: true,
    // Plain Node reads no archive: the core and its compute process lie beside it, native libraries and all.
    extraResources: [
      { from: core, to: 'core', filter: ['**/*'] },
      { from: path.join(core, 'node_modules'), to: 'core/node_modules', filter: ['**/*'] },
      { from: node, to: 'node' },
    ],
    electronFuses: {
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    },
    fileAssociations: [
      {
        ext: 'surmise',
        name: 'Surmise project',
        description: 'A project of Surmise',
        mimeType: 'application/x-surmise',
        role: 'Editor',
      },
    ],
    artifactName: `\${productName}-\${version}-${nameOf(target)}.\${ext}`,
    linux: {
      target: ['AppImage', 'deb'],
      category: 'Science',
      synopsis: 'Label images with a second pair of eyes',
      executableName: 'surmise',
      maintainer: 'The Surmise authors',
    },
    mac: {
      // Updates on a Mac come as zip.
      target: updatesUrl ? ['dmg', 'zip'] : ['dmg'],
      category: 'public.app-category.productivity',
      hardenedRuntime: true,
      // A folder can be dropped onto the icon, as into the window.
      extendInfo: {
        CFBundleDocumentTypes: [
          { CFBundleTypeName: 'Folder', CFBundleTypeRole: 'Viewer', LSItemContentTypes: ['public.folder'] },
        ],
      },
    },
    win: { target: ['nsis'] },
    nsis: {
      oneClick: false,
      perMachine: false,
      allowToChangeInstallationDirectory: true,
      deleteAppDataOnUninstall: false,
    },
    publish: updatesUrl ? [{ provider: 'generic', url: updatesUrl }] : null,
  }
}

/** Puts together what Electron loads, what plain Node loads, and that Node. */
export async function stageDesktop(folder: string, target: Target): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  const { app, core, node, icons } = partsOf(folder)
  stage(app, { entries: entries.electron, target, pages: true, works: false, main: 'out/main/shell/electron.js' })
  stage(core, { entries: entries.core, target, pages: false, works: true })
  stageNode(node, target)
  mkdirSync(icons, { recursive: true })
  await sharp(path.join(root, 'src/renderer/icon.svg'), { density: 72 * 16 })
    .resize(1024, 1024)
    .toFile(path.join(icons, 'icon.png'))
}

/**
 * Electron’s own program for a target.
 * @returns a folder that holds it, or nothing where electron-builder takes it from its cache
 * @throws Error with one sentence: why it can’t be had
 */
export async function requireElectron(target: Target): Promise<string | undefined> {
  const installed = path.join(root, 'node_modules/electron/dist')
  if (isHere(target) && existsSync(path.join(installed, 'version'))) return installed
  try {
    await downloadArtifact({ version: electronVersion, ...target, artifactName: 'electron' })
    return undefined
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new Error(
      `Electron ${electronVersion} for ${nameOf(target)} can’t be fetched here (${reason.replace(/\.$/, '')}): connect to the internet, or set ELECTRON_MIRROR to a place that has it.`,
    )
  }
}

/** Builds the packages of one target. @param onlyFolder no installer: the application as it would be installed */
export async function buildDesktopPackages(
  target: Target,
  config: Configuration,
  onlyFolder: boolean,
): Promise<string[]> {
  const platform = { linux: Platform.LINUX, darwin: Platform.MAC, win32: Platform.WINDOWS }[target.platform]
  const targets = platform.createTarget(onlyFolder ? 'dir' : undefined, Arch[target.arch])
  return build({ targets, config, publish: 'never' })
}
