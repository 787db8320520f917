import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { client } from '../bridge/client.ts'
import { openImageId } from '../state/screen.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { Thumbnail } from '../ui/Thumbnail.tsx'

const words = texts.labels
/** This many examples are enough to show what is meant. */
const most = 12

/** Example images that show what a label means. */
export function LabelExamples({ ids, onChange }: { ids: readonly number[]; onChange: (ids: number[]) => void }) {
  const open = useUi((state) => openImageId(state.screen))
  const selection = useUi((state) => state.selection)
  const { data: rows = [] } = useQuery({
    queryKey: ['examples', ids],
    queryFn: () => client.images.rows({ ids: [...ids] }),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  })
  const chosen = open !== null ? [open] : [...selection]
  const added = chosen.filter((id) => !ids.includes(id)).slice(0, most - ids.length)
  const shown = rows.filter(({ id }) => ids.includes(id))
  return (
    <div className="flex flex-col gap-2">
      <span className="font-medium">{words.examples}</span>
      {shown.length > 0 && (
        <ul className="m-0 grid list-none grid-cols-4 gap-1.5 p-0">
          {shown.map((row) => (
            <li key={row.id} className="relative aspect-4/3 overflow-hidden rounded-md bg-stage">
              {row.status === 'ok' && <Thumbnail alt={row.path} image={row} className="size-full object-cover" />}
              <button
                type="button"
                aria-label={words.removeExample(row.path)}
                title={words.removeExample(row.path)}
                onClick={() => onChange(ids.filter((id) => id !== row.id))}
                className="absolute top-1 right-1 inline-flex size-5 items-center justify-center rounded-full bg-black/70 text-white"
              >
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-center gap-3">
        <Button disabled={added.length === 0} onClick={() => onChange([...ids, ...added])}>
          {words.addExamples(open !== null ? 1 : added.length)}
        </Button>
        {chosen.length === 0 && <span className="text-[13px] text-muted">{words.examplesHint}</span>}
      </div>
    </div>
  )
}
