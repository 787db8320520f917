import type { FileHandle } from 'node:fs/promises'

const pieceLength = 64 * 1024

/**
 * The content of a file, piece by piece as it is asked for. The file is closed at its end, and when nobody wants the rest.
 * `Readable.toWeb` won't do: cancelled while a piece is under way, it throws where nothing can catch it, and the process ends.
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
