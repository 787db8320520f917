import { X } from 'lucide-react'
import type { RecentProject } from '../../contract/schemas.ts'
import { client } from '../bridge/client.ts'
import { openProject } from '../state/openProject.ts'
import { keys, queryClient, useRecent } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Name } from '../ui/Name.tsx'
import { useAction } from '../ui/useAction.ts'

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

/** Recently opened projects. A missing one can still be tried, because it may be on a drive that has been reconnected. */
export function RecentProjects({ disabled }: { disabled: boolean }) {
  const { data: projects } = useRecent()
  const { busy, error, run } = useAction()

  const open = (project: RecentProject) =>
    run(async () => {
      await openProject(project.path)
    })
  const forget = (project: RecentProject) =>
    run(async () => {
      await client.app.forgetRecent({ path: project.path })
      await queryClient.invalidateQueries({ queryKey: keys.recent })
    })

  return (
    <section aria-labelledby="recent" className="flex flex-col gap-2">
      <h2 id="recent" className="m-0 text-[13px] font-medium text-muted">
        {texts.start.recent}
      </h2>
      {error && <ErrorLine error={error} />}
      {projects?.length === 0 && <p className="m-0 text-muted">{texts.start.noRecent}</p>}
      {projects && projects.length > 0 && (
        <ul className="m-0 max-h-64 list-none overflow-auto rounded-xl border border-line bg-surface p-1">
          {projects.map((project) => (
            <li key={project.path} className="group flex items-center gap-1 rounded-lg hover:bg-canvas">
              <button
                type="button"
                disabled={disabled || busy}
                onClick={() => void open(project)}
                title={project.path}
                className="flex min-w-0 flex-1 items-center gap-3 rounded-lg px-3 py-2 text-left"
              >
                <span className="flex min-w-0 flex-1 flex-col">
                  <Name className={`font-medium ${project.found ? '' : 'text-muted'}`}>{project.name}</Name>
                  <span className="truncate text-[13px] text-muted">{project.path}</span>
                </span>
                {project.found ? (
                  <span className="shrink-0 text-[13px] text-muted">{day.format(project.openedAt)}</span>
                ) : (
                  <span className="shrink-0 rounded bg-absent-soft px-1.5 py-0.5 text-[13px] text-absent">
                    {texts.start.missing}
                  </span>
                )}
              </button>
              <IconButton
                label={texts.start.forget(project.name)}
                disabled={busy}
                className="mr-1 text-muted"
                onClick={() => void forget(project)}
              >
                <X size={15} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
