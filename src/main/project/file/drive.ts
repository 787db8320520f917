import { statfsSync } from 'node:fs'
import path from 'node:path'

/**
 * Where a file lies. On a network drive several machines can open one file, and their locks are not always told to each other;
 * SQLite's write-ahead log works on one machine only. https://sqlite.org/wal.html
 */
export type Drive = 'local' | 'network'

/** What Linux calls file systems of other machines: NFS, SMB 1 to 3, AFS, Coda, NCP, 9P, Ceph, GFS2, OCFS2, Lustre. */
const networkTypes = new Set([
  ...[0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x73757245, 0x564c, 0x01021997],
  ...[0x00c36400, 0x01161970, 0x7461636f, 0x0bd00bd0],
])

/** @param file absolute; its folder is there */
export function driveOf(file: string): Drive {
  if (process.platform === 'win32') return /^(\\\\|\/\/)(?![?.][\\/](?!UNC))/i.test(file) ? 'network' : 'local'
  if (process.platform !== 'linux') return 'local'
  try {
    // Of 32 bits, which some systems take for negative.
    return networkTypes.has(statfsSync(path.dirname(file)).type >>> 0) ? 'network' : 'local'
  } catch {
    return 'local'
  }
}
