import { availableParallelism } from 'node:os'
import { telemetryOff } from '../base/telemetry.ts'

/**
 * Variables that the compute process inherits: paths, language, and settings of accelerator libraries. Not NODE_OPTIONS, Electron's
 * switches or the user's secrets.
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

/** The environment of a new compute process. @param extra variables to add */
export function computeEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue
    const known = passed.some((wanted) => wanted.toLowerCase() === name.toLowerCase())
    if (known || passedPrefixes.some((prefix) => name.startsWith(prefix))) environment[name] = value
  }
  return {
    ...environment,
    // Decoding and file access share libuv's threads: one decode per core, plus two waiting for the disk.
    UV_THREADPOOL_SIZE: String(availableParallelism() + 2),
    ...extra,
    ...telemetryOff,
  }
}
