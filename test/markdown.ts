/** So much of Markdown as the tests of the documentation need. */

const withoutCode = (text: string): string =>
  text
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/^ {4,}.*$/gm, '')
    .replace(/`[^`\n]*`/g, '')

/** Where the links and pictures of a page lead, as they are written. */
export function linksOf(text: string): string[] {
  return Array.from(
    withoutCode(text).matchAll(/\[[^\]]*\]\(([^()\s]+(?:\([^()\s]*\))?)(?:\s"[^"]*")?\)/g),
    ([, to]) => to,
  )
}

/** The anchors of a page's headings, as GitHub makes them. */
export function headingsOf(text: string): string[] {
  const seen = new Map<string, number>()
  const headings = text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} +(.+?) *$/gm)
  return Array.from(headings, ([, heading]) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return before === 0 ? slug : `${slug}-${before}`
  })
}

/** What stands in a page as code: within lines, and whole lines. */
export function codeOf(text: string): string[] {
  return Array.from(text.matchAll(/`([^`\n]+)`|^ {4,}(.*)$/gm), ([, inside, line]) => inside ?? line)
}

/**
 * What a page says there is: scripts of npm, files of the project, tests by their room and name.
 * @param rooms the first folders of tests
 */
export function claimsOf(text: string, rooms: ReadonlySet<string>): Record<'commands' | 'files' | 'tests', string[]> {
  const commands = Array.from(text.matchAll(/\bnpm run (?:-s )?([a-z][\w:-]*)/g), ([, name]) => name)
  const code = codeOf(text)
  const files = code.filter(
    (one) => /^(src|test|scripts|bench|docs|resources)\/[\w.*/-]+$/.test(one) && !/NAME/.test(one),
  )
  const tests = code.filter((one) => /^\w+(\/\w+)+$/.test(one) && rooms.has(one.split('/')[0]))
  return { commands, files, tests }
}

/** The rows of the tables under a heading, as cells. */
export function tableUnder(text: string, heading: string): string[][] {
  const sections = text.split(/^#+ +/m)
  const section = sections.find((one) => one.startsWith(`${heading}\n`)) ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}
