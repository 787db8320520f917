import { expect, test, vi } from 'vitest'
import { driveOf } from '../../src/main/project/file/drive.ts'

const told = vi.hoisted(() => ({ type: 0 }))
vi.mock('node:fs', async (original) => ({ ...(await original<object>()), statfsSync: () => told }))

// As statfs tells them, some with their sign.
test.skipIf(process.platform !== 'linux').each([
  ['NFS', 0x6969, 'network'],
  ['SMB', 0xff534d42, 'network'],
  ['SMB, with its sign', -0x00acb2be, 'network'],
  ['SMB 2 and 3', 0xfe534d42, 'network'],
  ['9P', 0x01021997, 'network'],
  ['ext4', 0xef53, 'local'],
  ['btrfs', 0x9123683e, 'local'],
  ['XFS', 0x58465342, 'local'],
  ['tmpfs', 0x01021994, 'local'],
])('%s', (_, type, drive) => {
  told.type = type
  expect(driveOf('/mnt/p.surmise')).toBe(drive)
})
