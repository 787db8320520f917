import type { BackboneRow, BackbonesPage } from '../../contract/backbones.ts'
import { looksEach, viewChoices } from '../../contract/views.ts'
import { client } from '../bridge/client.ts'
import { useProject } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Choice } from '../ui/Choice.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { useAction } from '../ui/useAction.ts'
import { plainOf, secondsFor } from './costs.ts'

const t = texts.backbones

/** The views per image, with their cost for the current backbone. */
export function ViewsChoice({
  rows,
  project,
}: {
  rows: readonly BackboneRow[]
  project: NonNullable<BackbonesPage['project']>
}) {
  const { data } = useProject()
  const { busy, error, run } = useAction()
  const used = rows.find(({ specification }) => specification === plainOf(project.specification))
  return (
    <div className="flex flex-col gap-2">
      <Choice
        legend={texts.settings.views}
        value={data?.settings.views ?? 'none'}
        disabled={busy}
        options={viewChoices.map((value) => ({
          value,
          label: texts.settings.viewChoices[value].label,
          hint: [
            t.viewsCost(looksEach[value], used ? secondsFor(used, project, looksEach[value]) : null),
            texts.settings.viewChoices[value].brings,
          ]
            .filter(Boolean)
            .join('. '),
        }))}
        onChange={(views) =>
          void run(async () => {
            await client.project.configure({ views })
          })
        }
      />
      {error && <ErrorLine error={error} />}
    </div>
  )
}
