import { readdirSync, readFileSync } from 'node:fs'

/** The command lines of every process of this machine, as any user can read them; arguments are separated by spaces. */
export function commandLines(): Map<number, string> {
  const found = new Map<number, string>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      found.set(Number(name), readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim())
    } catch {
      // It has ended.
    }
  }
  return found
}

/** Looks at every command line, again and again, as somebody else on the machine could. */
export class CommandLineWatch {
  readonly seen = new Set<string>()
  readonly #timer = setInterval(() => this.look(), 20)

  look(): void {
    for (const line of commandLines().values()) this.seen.add(line)
  }

  /** @returns the lines that say this */
  end(what: RegExp): string[] {
    this.look()
    clearInterval(this.#timer)
    return [...this.seen].filter((line) => what.test(line))
  }
}
