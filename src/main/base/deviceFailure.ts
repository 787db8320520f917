import { UserError } from './errors.ts'

/** Names of devices in sentences. */
export const deviceNames: Record<string, string> = {
  cpu: 'the CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
}

/** ONNX Runtime's error messages, in plain words. */
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
 * The error for a device that can't be used, or stopped working. The application rules it out and continues on another.
 * @param words ONNX Runtime's message, or a reason of our own
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

/** Removes the position in ONNX Runtime's source code, and joins the lines. */
function plain(words: string): string {
  const text = words
    .replace(/^\/\S+:\d+ .*?\bwas false\.\s*/s, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return text.slice(0, 300).replace(/\.$/, '')
}
