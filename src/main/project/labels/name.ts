import { UserError } from '../../base/errors.ts'

const longest = 1000

/**
 * The name as it is stored: trimmed, composed (NFC).
 * @throws UserError `label-name` when it is empty, too long, or holds control characters or half a character
 */
export function labelNameOf(text: string): string {
  const name = text.normalize('NFC').trim()
  if (name === '') throw new UserError('label-name', 'A label needs a name.', 'Type at least one character.')
  // Lone surrogates would come back from UTF-8 as another character.
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) {
    throw new UserError(
      'label-name',
      `The label name ${JSON.stringify(name.slice(0, 80))} contains a line break, tab or other control character.`,
      'Remove these characters.',
    )
  }
  if (name.length > longest) {
    throw new UserError(
      'label-name',
      `The label name “${name.slice(0, 40)}…” is too long.`,
      `Use at most ${longest} characters.`,
    )
  }
  return name
}

/** Names with equal keys are one name: case makes no difference. Upper case first, so that “ß” and “SS” are one. */
export function labelNameKey(name: string): string {
  return name.trim().normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
