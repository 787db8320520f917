/** Text that is HTML already. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

type Part = Html | string | number | null | undefined | false | readonly Part[]

/** HTML of a template: whatever is put into it is text, unless it is HTML itself. Nothing comes of null and false. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? shown(parts[i]) : '')).join(''))
}

function shown(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(shown).join('')
  return escaped(String(part))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(text: string): string {
  // Half of a pair, and what no page may hold, would make the page invalid.
  return text
    .toWellFormed()
    .replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd')
    .replace(/[&<>"']/g, (sign) => entities[sign])
}
