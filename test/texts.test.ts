import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'vite'
import { describe, expect, test } from 'vitest'

/*
 * What people read lies in texts/: a text that is written where it is shown is overlooked when texts are reviewed or translated.
 * What counts as shown: words between tags, in attributes that are read out, in the help of commands, in what is printed; and
 * anything else that reads like a sentence or a title.
 */

const source = path.resolve(import.meta.dirname, '../src')

/** Each place with its texts. */
const places = [
  { folder: 'renderer', texts: /^renderer\/texts\// },
  { folder: 'main/shell', texts: /^main\/shell\/(texts\.ts$|cli\/texts\/)/ },
]

/** Attributes that are shown or read out. */
const shownAttributes = new Set(['aria-label', 'aria-description', 'title', 'placeholder', 'alt', 'label', 'hint'])
/** Attributes that are classes, styles and shapes. */
const silentAttributes = new Set(['className', 'style', 'd'])
/** Of commander, and of the terminal: each literal but the flags is read by people. */
const sayingCalls = new Set(['description', 'argument', 'option', 'requiredOption', 'say', 'sayError', 'addHelpText'])
const sayingClasses = new Set(['UserError', 'InvalidArgumentError', 'Option'])
/** Names, not texts: keys of the keyboard, groups of actions, headers of HTTP. */
const names =
  /^(Tab|Escape|Enter|Backspace|Delete|Home|End|Page|Arrow|Space|Plus|Left|Right|Up|Down|Esc|Return|Shift|Alt|Everywhere|Grid|Image|Model|Review|LabelByLabel|Bulk|Files|Starting|Host|Origin|Cookie|Authorization|Basic|Purpose|Translate)\b *$/

/** Values that read like texts. */
const values = new Set(['other', 'file or folder', 'Connection: close\r\nContent-Length: 0'])

const hasWord = (text: string): boolean => /\p{L}{2}/u.test(text) && !/^\w+:\/*$/.test(text)
const isTitle = (text: string): boolean => /^\s*[“(]?[A-Z][a-z’]+([ ,.:…?!]|$)/.test(text)
const isSentence = (text: string): boolean => /[a-z]{2,} [a-z’]{2,} [a-z’]{2,}/.test(text) && !/[\w-]+-[\w[]/.test(text)

type Node = { type: string; [key: string]: unknown }

/** What is shown from this source, as it is written there. */
function shownIn(file: string, code: string): string[] {
  const { program, errors } = parseSync(file, code)
  if (errors.length > 0) throw new Error(`${file} can’t be read: ${errors[0].message}`)
  const found: string[] = []
  look(program as unknown as Node, false)
  return found

  function look(node: unknown, isRead: boolean): void {
    if (Array.isArray(node)) for (const one of node) look(one, isRead)
    else if (node !== null && typeof node === 'object' && 'type' in node) lookAt(node as Node, isRead)
  }

  function lookAt(node: Node, isRead: boolean): void {
    const { type } = node
    // Types, and what comes from other files.
    if (/^TS(?!As|NonNull|Satisfies)/.test(type) || /^(Import|ExportAll)/.test(type)) return
    if (type === 'JSXText') note(/%/.test(node.value as string) ? `percent: ${node.value}` : node.value, true)
    else if (type === 'Literal') note(node.value, isRead)
    else if (type === 'TemplateElement') note((node.value as { cooked: string }).cooked, isRead)
    else if (type === 'JSXAttribute') {
      const { name } = node.name as { name: string }
      if (!silentAttributes.has(name)) look(node.value, shownAttributes.has(name) && !isExpression(node.value))
    } else if (type === 'NewExpression' || type === 'CallExpression') {
      const called = calledName(node.callee as Node)
      // Faults of ours, and the log: nobody is meant to read them on a screen.
      if (called === 'Error' || ['debug', 'info', 'warn', 'error'].includes(called)) return
      const reads = type === 'NewExpression' ? sayingClasses.has(called) : sayingCalls.has(called)
      const given = node.arguments as Node[]
      look(node.callee, false)
      for (const [at, one] of given.entries()) look(one, reads && isText(called, at))
    } else for (const [key, value] of Object.entries(node)) if (key !== 'type') look(value, isRead)
  }

  function note(value: unknown, isRead: boolean): void {
    if (typeof value !== 'string' || names.test(value) || values.has(value.trim()) || !hasWord(value)) return
    if (isRead || isTitle(value) || isSentence(value)) found.push(value.trim())
  }
}

/** Which of its arguments people read: of several, the first is a flag, a name or a code, and an option's third its usual value. */
function isText(called: string, at: number): boolean {
  if (['say', 'sayError', 'description', 'InvalidArgumentError'].includes(called)) return true
  return /ption$/.test(called) ? at === 1 : at > 0
}

const isExpression = (value: unknown): boolean => (value as Node | null)?.type === 'JSXExpressionContainer'

function calledName(callee: Node): string {
  const named = callee.type === 'MemberExpression' ? (callee.property as Node) : callee
  return typeof named.name === 'string' ? named.name : ''
}

describe('what people read lies in texts/', () => {
  test.each(places)('in $folder', ({ folder, texts }) => {
    const files = globSync(`${folder}/**/*.{ts,tsx}`, { cwd: source }).map((file) => file.replaceAll('\\', '/'))
    expect(files.filter((file) => texts.test(file)).length).toBeGreaterThan(0)
    const elsewhere = files.filter((file) => !texts.test(file))
    expect(elsewhere.length).toBeGreaterThan(40)
    const found = elsewhere.flatMap((file) =>
      shownIn(file, readFileSync(path.join(source, file), 'utf8')).map((text) => `${file}: ${text}`),
    )
    expect(found).toEqual([])
  })

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: source code
  test.each([
    ['between tags', 'a.tsx', '<p>all saved</p>', 'all saved'],
    ['read out', 'a.tsx', '<button aria-label="close">×</button>', 'close'],
    ['where the pointer rests', 'a.tsx', '<Button title={`Undo ${what}`} />', 'Undo'],
    ['a choice', 'a.tsx', '<p>{isDone ? "Done" : null}</p>', 'Done'],
    ['a title', 'a.ts', "const action = { title: 'Reset all keys' }", 'Reset all keys'],
    ['a sentence', 'a.ts', "notify('this has not been saved')", 'this has not been saved'],
    ['a command', 'a.ts', "program.command('new').description('makes one')", 'makes one'],
    ['an option', 'a.ts', "command.option('--make', 'make one', 'auto')", 'make one'],
    ['an argument', 'a.ts', "command.argument('<project>', 'file')", 'file'],
    ['what is printed', 'a.ts', 'say(`${count} done`)', 'done'],
    ['an error', 'a.ts', "throw new UserError('bad', 'It failed.', '')", 'It failed.'],
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: source code
  ])('%s is found where it is planted', (_, file, code, text) => {
    expect(shownIn(file, code)).toEqual([text])
  })

  test.each([
    ['classes', 'a.tsx', '<p className="flex items-center gap-2 border border-line text-muted">{texts.saved}</p>'],
    ['a bug', 'a.ts', "throw new Error('There is no such action')"],
    ['the log', 'a.ts', "log.warn('The page does not answer')"],
    ['a key', 'a.ts', "if (event.key === 'Escape') close()"],
    ['a type', 'a.ts', "type Sides = 'Present' | 'Absent of all things'"],
  ])('%s is none', (_, file, code) => {
    expect(shownIn(file, code)).toEqual([])
  })
})
