import type { ImportPreview } from '../../contract/schemas.ts'
import { type LabelState, State, sideOf } from '../../contract/state.ts'
import { texts } from '../texts/index.ts'
import { Name } from '../ui/Name.tsx'

const nameOf = (state: LabelState): string => (state === State.unknown ? '–' : texts.states[sideOf(state)])

/** The first marks of a file, to see at a glance whether it was read correctly. */
export function FirstMarks({ rows }: { rows: ImportPreview['rows'] }) {
  if (rows.length === 0) return null
  const cell = 'max-w-64 px-3 py-1 text-left font-normal'
  return (
    <details>
      <summary className="cursor-pointer rounded font-medium">{texts.exchange.firstMarks}</summary>
      <div className="mt-1 overflow-auto rounded-md border border-line">
        <table className="w-full border-collapse">
          <thead className="bg-sunken text-muted">
            <tr>
              {[texts.exchange.image, texts.exchange.label, texts.exchange.mark, texts.exchange.here].map((head) => (
                <th key={head} scope="col" className={cell}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ image, label, state, known }) => (
              <tr key={`${image}\0${label}`} className="border-t border-line">
                <td className={cell}>
                  <Name title={image}>{image}</Name>
                </td>
                <td className={cell}>
                  <Name title={label}>{label}</Name>
                </td>
                <td className={cell}>{nameOf(state)}</td>
                <td className={`${cell} text-muted`}>{nameOf(known)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
