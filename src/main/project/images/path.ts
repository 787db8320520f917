/** What texts are compared by when case makes no difference. */
export function foldText(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase()
}

/**
 * What images are sorted by: folder by folder, image2 before image10. A run of digits is written with its length in
 * front, which sorts numbers of any size as numbers.
 */
export function naturalOrderKey(path: string): string {
  return foldText(path)
    .replaceAll('/', '\u0001')
    .replace(/\d+/g, (digits) => {
      const number = digits.replace(/^0+(?=\d)/, '')
      return String(Math.min(number.length, 99)).padStart(2, '0') + number
    })
}
