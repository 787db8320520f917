/** The form in which strings are compared if case doesn't matter. */
export function foldText(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase()
}

/**
 * The key that images are sorted by: folder by folder, image2 before image10. Runs of digits are prefixed with their length, so
 * that numbers of any size sort numerically.
 */
export function naturalOrderKey(path: string): string {
  return foldText(path)
    .replaceAll('/', '\u0001')
    .replace(/\d+/g, (digits) => {
      const number = digits.replace(/^0+(?=\d)/, '')
      return String(Math.min(number.length, 99)).padStart(2, '0') + number
    })
}
