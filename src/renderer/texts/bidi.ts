/** Letters that run from right to left: Hebrew, Arabic, Syriac, Thaana, N'Ko, Adlam and their like. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u

const [isolate, end] = ['\u2068', '\u2069']

/**
 * A name within a sentence: one that runs the other way must not turn around what stands beside it. Names that run with the
 * sentence are left as they are, so that what is copied from the screen holds no invisible characters.
 */
export function isolated(name: string): string {
  return rightToLeft.test(name) ? isolate + name + end : name
}

/** Without the invisible characters of `isolated`, to compare with what people type. */
export function withoutIsolates(text: string): string {
  return text.replaceAll(isolate, '').replaceAll(end, '')
}
