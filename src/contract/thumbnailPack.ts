/** The thumbnail of an image. */
export interface PackedThumbnail {
  id: number
  /** Of the image that it was made of: `ImageRow.version`. */
  version: string
  /** WebP. */
  bytes: Uint8Array<ArrayBuffer>
}

type Head = { id: number; version: string; length: number }[]

/** Many small files in one: the length of the head (Uint32, little endian), the head as JSON, the files one after the other. */
export function packThumbnails(all: readonly PackedThumbnail[]): Blob {
  const head: Head = all.map(({ id, version, bytes }) => ({ id, version, length: bytes.length }))
  const text = new TextEncoder().encode(JSON.stringify(head))
  const length = new DataView(new ArrayBuffer(4))
  length.setUint32(0, text.length, true)
  return new Blob([length, text, ...all.map(({ bytes }) => bytes)])
}

export async function unpackThumbnails(pack: Blob): Promise<PackedThumbnail[]> {
  const buffer = await pack.arrayBuffer()
  const headLength = new DataView(buffer).getUint32(0, true)
  const head: Head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headLength)))
  let at = 4 + headLength
  return head.map(({ id, version, length }) => {
    at += length
    return { id, version, bytes: new Uint8Array(buffer, at - length, length) }
  })
}
