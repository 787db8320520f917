import { statfsSync } from 'node:fs'
import path from 'node:path'

/**
 * The kind of drive a file is on. On a network drive, several machines can open one file and don't always see each other's locks;
 * SQLite's write-ahead log works on a single machine only. https://sqlite.org/wal.html
 */
export type Drive = 'local' | 'network'

/** Linux's type numbers of network file systems: NFS, SMB 1 to 3, AFS, Coda, NCP, 9P, Ceph, GFS2, OCFS2, Lustre. */
const networkTypes = new Set([
  ...[0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x564c, 0x01021997],
  ...[0x00c36400, 0x01161970, 0x7461636f, 0x0bd00bd0],
])

/** @param file absolute; its folder must exist */
export function driveOf(file: string): Drive {
  if (process.platform === 'win32') return /^(\\\\|\/\/)(?![?.][\\/](?!UNC))/i.test(file) ? 'network' : 'local'
  if (process.platform !== 'linux') return 'local'
  try {
    // 32 bits, which some systems return as a negative number.
    return networkTypes.has(statfsSync(path.dirname(file)).type >>> 0) ? 'network' : 'local'
  } catch {
    return 'local'
  }
}
