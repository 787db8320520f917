import { TriangleAlert } from 'lucide-react'
import type { ImportPreview } from '../../contract/schemas.ts'
import { texts } from '../texts/index.ts'

/** What can't be written or read as it is, with counts and a few examples. */
export function Problems({ problems }: { problems: ImportPreview['problems'] }) {
  if (problems.length === 0) return null
  return (
    <ul className="m-0 flex list-none flex-col gap-2 rounded-md border border-line p-3">
      {problems.map(({ code, message, count, examples }) => (
        <li key={code} className="flex gap-2">
          <TriangleAlert size={16} className="mt-0.5 shrink-0 text-suggested" aria-hidden />
          <div className="min-w-0">
            {message} <span className="whitespace-nowrap text-muted">({texts.common.times(count)})</span>
            {examples.length > 0 && <Examples examples={examples} />}
          </div>
        </li>
      ))}
    </ul>
  )
}

export function Examples({ examples, title = texts.common.examples }: { examples: readonly string[]; title?: string }) {
  return (
    <details>
      <summary className="cursor-pointer rounded text-muted">{title}</summary>
      <ul className="m-0 mt-1 max-h-32 list-none overflow-auto pl-3.5 text-[13px]">
        {examples.map((example) => (
          <li key={example} className="break-all">
            {example}
          </li>
        ))}
      </ul>
    </details>
  )
}
