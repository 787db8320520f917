import { availableParallelism } from 'node:os'
import { telemetryOff } from '../base/telemetry.ts'

/**
 * What the compute process may see of this process's environment: where things are, in which language, and which
 * libraries drive the accelerator. Not NODE_OPTIONS, not Electron's switches, not the user's secrets.
 */
const passed = [
  'PATH',
  'HOME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'SystemRoot',
  'SystemDrive',
  'windir',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'TZ',
  'XDG_CACHE_HOME',
  'XDG_RUNTIME_DIR',
  'XDG_DATA_DIRS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'FONTCONFIG_PATH',
]
const passedPrefixes = ['LC_', 'CUDA_', 'NVIDIA_', 'VK_', 'MESA_', 'SURMISE_']

export function computeEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue
    const known = passed.some((wanted) => wanted.toLowerCase() === name.toLowerCase())
    if (known || passedPrefixes.some((prefix) => name.startsWith(prefix))) environment[name] = value
  }
  return {
    ...environment,
    // Decoding and file work share libuv's threads: one decode per core, and two that wait for the disk.
    UV_THREADPOOL_SIZE: String(availableParallelism() + 2),
    ...extra,
    ...telemetryOff,
  }
}
