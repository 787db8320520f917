import type { ExchangeFormat } from '../../contract/schemas.ts'
import { Field, Input, Select } from '../ui/Field.tsx'

export type Answers = Readonly<Record<string, string>>

/** A format's questions about what it can't detect. */
export function SettingsFields({
  title,
  format,
  on,
  answers,
  onChange,
}: {
  title: string
  format: ExchangeFormat | undefined
  on: 'read' | 'write'
  answers: Answers
  onChange: (answers: Answers) => void
}) {
  const settings = format?.settings.filter((setting) => setting.on === on) ?? []
  if (settings.length === 0) return null
  return (
    <details className="rounded-md border border-line px-3 py-2" open={settings.length <= 2}>
      <summary className="cursor-pointer rounded font-medium">{title}</summary>
      <div className="mt-3 flex flex-col gap-3">
        {settings.map(({ id, title: question, hint, choices, usual }) => (
          <Field key={id} label={question} hint={hint}>
            {(ids) =>
              choices ? (
                <Select
                  {...ids}
                  value={answers[id] ?? usual}
                  onChange={(event) => onChange({ ...answers, [id]: event.target.value })}
                >
                  {choices.map(({ value, title: answer }) => (
                    <option key={value} value={value}>
                      {answer}
                    </option>
                  ))}
                </Select>
              ) : (
                <Input
                  {...ids}
                  value={answers[id] ?? usual}
                  spellCheck={false}
                  autoComplete="off"
                  onChange={(event) => onChange({ ...answers, [id]: event.target.value })}
                />
              )
            }
          </Field>
        ))}
      </div>
    </details>
  )
}

/** The answers that differ from the defaults, without those to questions that aren't asked. */
export function answersFor(
  format: ExchangeFormat | undefined,
  on: 'read' | 'write',
  answers: Answers,
): Answers | undefined {
  const asked = format?.settings.filter((setting) => setting.on === on && answers[setting.id] !== undefined) ?? []
  return asked.length === 0 ? undefined : Object.fromEntries(asked.map(({ id }) => [id, answers[id]]))
}
