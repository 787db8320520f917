import { UserError } from './errors.ts'

/** What devices are called in sentences. */
export const deviceNames: Record<string, string> = {
  cpu: 'the CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
}

/** What ONNX Runtime says, and what it means. */
const meanings: [words: RegExp, meaning: string][] = [
  [/WebGPU adapter|No supported adapters/i, 'no graphics card with a driver for it was found'],
  [/Failed to load (shared )?library/i, 'ONNX Runtime’s libraries for it are not installed'],
  [/device (was |is )?lost|lost device/i, 'the connection to the graphics card was lost'],
  [
    /out of memory|\bOOM\b|E_OUTOFMEMORY|8007000E|Failed to allocate memory/i,
    'the memory of the graphics card is full',
  ],
]

/**
 * A device other than the CPU that can't be used, or no longer. The application drops it and goes on on another.
 * @param words of ONNX Runtime, or our own
 */
export function deviceFailed(device: string, words: string, options?: ErrorOptions): UserError {
  const [, meaning] = meanings.find(([pattern]) => pattern.test(words)) ?? [undefined, plain(words)]
  return new UserError(
    'device-failed',
    `${deviceNames[device]} can’t be used: ${meaning}.`,
    'Choose another device; “surmise devices” lists them.',
    options,
  )
}

/** Without the place in ONNX Runtime's source, and in one line. */
function plain(words: string): string {
  const text = words
    .replace(/^\/\S+:\d+ .*?\bwas false\.\s*/s, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return text.slice(0, 300).replace(/\.$/, '')
}
