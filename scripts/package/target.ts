import path from 'node:path'

/** What a package is made for. */
export interface Target {
  platform: 'linux' | 'darwin' | 'win32'
  arch: 'x64' | 'arm64'
}

const platforms: Record<string, Target['platform']> = {
  ...{ linux: 'linux', darwin: 'darwin', mac: 'darwin', win32: 'win32', win: 'win32' },
}

/** @throws Error that says what there is, for a platform or an architecture without packages */
export function targetOf(platform: string = process.platform, arch: string = process.arch): Target {
  const known = platforms[platform]
  if (!known || (arch !== 'x64' && arch !== 'arm64')) {
    throw new Error(`There are packages for linux, mac and win on x64 and arm64, and none for ${platform} on ${arch}.`)
  }
  return { platform: known, arch }
}

export const isHere = ({ platform, arch }: Target): boolean => platform === process.platform && arch === process.arch

/** As files are called: `linux-x64`. */
export const nameOf = ({ platform, arch }: Target): string => `${platform}-${arch}`

/** Where a Node program of this target is on npm, and in that package. */
export function nodePackage({ platform, arch }: Target): { name: string; file: string } {
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'
  const system = platform === 'win32' ? 'win' : platform
  return { name: `${prefix}-${system}-${arch}`, file: path.join('bin', nodeFile({ platform, arch })) }
}

export const nodeFile = ({ platform }: Target): string => (platform === 'win32' ? 'node.exe' : 'node')

/** The packages of sharp that hold its library for this target. */
export function sharpPackages(target: Target): string[] {
  const own = `@img/sharp-${nameOf(target)}`
  // On Windows the library is in the package itself.
  return target.platform === 'win32' ? [own] : [own, `@img/sharp-libvips-${nameOf(target)}`]
}
