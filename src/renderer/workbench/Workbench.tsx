import type { ProjectSummary } from '../../preload/schemas.ts'
import { ImageView } from '../image/ImageView.tsx'
import { useUi } from '../state/ui.ts'
import { TrainingPanel } from '../training/TrainingPanel.tsx'
import { GridScreen } from './GridScreen.tsx'
import { TopBar } from './TopBar.tsx'

/** An open project: its images side by side, or one of them. */
export function Workbench({ project }: { project: ProjectSummary }) {
  const imageId = useUi((state) => state.imageId)
  return (
    <>
      <TopBar project={project} />
      <main className="relative flex min-h-0 flex-1 flex-col">
        {imageId === null ? <GridScreen project={project} /> : <ImageView id={imageId} />}
        <TrainingPanel project={project} />
      </main>
    </>
  )
}
