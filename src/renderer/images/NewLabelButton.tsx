import { Plus } from 'lucide-react'
import { State } from '../../contract/state.ts'
import { client } from '../bridge/client.ts'
import { mark } from '../state/marks.ts'
import { keys, queryClient } from '../state/queries.ts'
import { notifyError, ui } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'

/** Turns a searched name that isn't a label yet into one, present in the open image. */
export async function addFound(imageId: number, name: string): Promise<void> {
  try {
    const label = await client.labels.add({ name })
    await queryClient.refetchQueries({ queryKey: keys.labels })
    ui.set({ labelSearch: '', focusedLabel: label.id })
    mark(imageId, label.id, State.present)
  } catch (error) {
    notifyError(error)
  }
}

export function NewLabelButton({ imageId, name }: { imageId: number; name: string }) {
  return (
    <Button kind="quiet" className="mx-1.5 justify-start px-2" onClick={() => void addFound(imageId, name)}>
      <Plus size={14} className="shrink-0 text-muted" aria-hidden />
      <span className="min-w-0 truncate">{texts.image.addLabel(name)}</span>
    </Button>
  )
}
