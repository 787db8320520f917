import { UserError } from '../../base/errors.ts'

/** A question that a format has to ask before it reads or writes: what it can't find out by itself. */
export interface Setting {
  id: string
  on: 'read' | 'write'
  title: string
  hint: string
  /** Without choices it is answered with a text. */
  choices?: readonly { value: string; title: string }[]
  /** The usual answer. */
  usual: string
}

export type Settings = Readonly<Record<string, string>>

/** The answer to a question, or the usual one. */
export function answerTo(setting: Setting, settings: Settings | undefined): string {
  return settings && Object.hasOwn(settings, setting.id) ? settings[setting.id] : setting.usual
}

/** @throws UserError `setting-unknown`, `setting-value`: a question that isn't asked, or an answer that isn't one */
export function checkSettings(
  title: string,
  asked: readonly Setting[],
  on: Setting['on'],
  settings: Settings = {},
): void {
  const questions = asked.filter((setting) => setting.on === on)
  for (const [id, value] of Object.entries(settings)) {
    const setting = questions.find((one) => one.id === id)
    if (!setting) {
      throw new UserError(
        'setting-unknown',
        `${title} has no option “${id}” for ${on === 'read' ? 'import' : 'export'}.`,
        questions.length > 0 ? `Use one of: ${questions.map((one) => one.id).join(', ')}.` : 'It has none.',
      )
    }
    if (setting.choices && !setting.choices.some((choice) => choice.value === value)) {
      throw new UserError(
        'setting-value',
        `“${value}” isn’t a value of ${id} for ${title}.`,
        `Choose one of: ${setting.choices.map((choice) => choice.value).join(', ')}.`,
      )
    }
  }
}

/** Words that a person names, with a comma between them; compared without regard to case. */
export function wordsOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '')
}
