/** What Label Studio puts before the name of an uploaded file. */
const uploadMark = /^[0-9a-f]{8}-/

/**
 * Where an image may be, the likeliest last where there are two: in local storage, whose folder the project may itself be;
 * uploaded, with eight characters before its name; in a bucket; or somewhere else.
 */
export function pathsOf(address: string): string[] {
  const local = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/]*)?\/(?:[^?#]*\/)?data\/local-files\/\?d=([^&#]*)/i.exec(address)
  if (local) {
    const whole = decoded(local[1]).replace(/^\/+/, '')
    const slash = whole.indexOf('/')
    return slash === -1 ? [whole] : [whole, whole.slice(slash + 1)]
  }
  const uploaded = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/]*)?\/(?:[^?#]*\/)?data\/upload\/(?:\d+\/)?([^/?#]+)/i.exec(address)
  if (uploaded) {
    const whole = decoded(uploaded[1])
    return uploadMark.test(whole) ? [whole, whole.replace(uploadMark, '')] : [whole]
  }
  const presigned = /^[^?#]*\/(?:resolve|presign)\/?\?fileuri=([^&#]+)/i.exec(address)
  if (presigned) return pathsOf(Buffer.from(decoded(presigned[1]), 'base64').toString('utf8'))
  const remote = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/([^?#]*)/i.exec(address)
  return remote ? [decoded(remote[1])] : [address]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const imageEnding = /\.(jpe?g|jpe|jfif|png|webp|avif|tiff?|gif|bmp|heic|heif|dcm|svg|jp2)$/i
const ownAddress = /\/data\/(?:local-files|upload)\/|[?&]fileuri=|^data:image\//i

/** How much a value looks like the address of an image: 0 for not at all. */
export function imageLikeness(key: string, value: unknown): number {
  if (typeof value !== 'string' || value === '') return 0
  if (ownAddress.test(value.slice(0, 4096))) return 4
  if (value.length > 4096 || /[\r\n]/.test(value)) return 0
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value)
  if (imageEnding.test(value.replace(/[?#].*$/s, ''))) return isAddress || /[\\/]/.test(value) ? 4 : 3
  if (isAddress) return 2
  return /^(image|img|photo|picture|file|file_name|filename|path)$/i.test(key) ? 1 : 0
}
