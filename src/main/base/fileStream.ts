import type { FileHandle } from 'node:fs/promises'

const pieceLength = 64 * 1024

/**
 * The content of a file, read on demand. The file is closed at its end or when the stream is cancelled.
 * `Readable.toWeb` won't do: cancelled during a read, it throws where nothing can catch it, which ends the process.
 */
export function fileStream(handle: FileHandle): ReadableStream<Uint8Array<ArrayBuffer>> {
  let isWanted = true
  return new ReadableStream({
    async pull(controller) {
      try {
        const { bytesRead, buffer } = await handle.read(new Uint8Array(pieceLength), 0, pieceLength)
        if (!isWanted) return
        if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead))
        await handle.close()
        controller.close()
      } catch (error) {
        await handle.close()
        throw error
      }
    },
    async cancel() {
      isWanted = false
      await handle.close()
    },
  })
}
