import type { ErrorReport } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'
import { Choice } from '../ui/Choice.tsx'

type Name = keyof typeof texts.settings.normalisations

const names = Object.keys(texts.settings.normalisations) as Name[]
const behind = new RegExp(`:(${names.join('|')})(?=\\+|$)`)

/** Asks for a backbone's input normalisation when it can't be detected. */
export function NormalisationQuestion({
  error,
  backbone,
  onChange,
}: {
  error: Pick<ErrorReport, 'code'> | null
  backbone: string
  onChange: (backbone: string) => void
}) {
  const chosen = behind.exec(backbone)?.[1] as Name | undefined
  if (error?.code !== 'backbone-normalisation' && !chosen) return null
  const choose = (name: Name) => {
    const [, model, views] = /^(.*?)((?:\+\w+)*)$/.exec(backbone.trim().replace(behind, '')) ?? []
    onChange(`${model}:${name}${views}`)
  }
  return (
    <div>
      <Choice
        legend={texts.settings.normalisation}
        value={chosen as Name}
        options={names.map((value) => ({ value, ...texts.settings.normalisations[value] }))}
        onChange={choose}
      />
      <p className="m-0 text-[13px] text-muted">{texts.settings.normalisationNote}</p>
    </div>
  )
}
