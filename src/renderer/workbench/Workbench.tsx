import { useEffect } from 'react'
import type { ProjectSummary } from '../../contract/schemas.ts'
import { askForFormats } from '../exchange/formats.ts'
import { ImageView } from '../images/ImageView.tsx'
import { LabelByLabelScreen } from '../labelByLabel/LabelByLabelScreen.tsx'
import { ModelScreen } from '../models/ModelScreen.tsx'
import { AllowImagesDialog } from '../project/AllowImagesDialog.tsx'
import { rememberPlace, returnToPlace } from '../state/place.ts'
import type { Screen } from '../state/screen.ts'
import { openDialog, ui, useUi } from '../state/ui.ts'
import { Tour } from '../tour/Tour.tsx'
import { TrainingPanel } from '../training/TrainingPanel.tsx'
import { GridScreen } from './GridScreen.tsx'
import { TopBar } from './TopBar.tsx'

/** An open project, on its current screen. */
export function Workbench({ project }: { project: ProjectSummary }) {
  const screen = useUi((state) => state.screen)
  const { uuid } = project
  useEffect(() => {
    returnToPlace(uuid)
    return rememberPlace(uuid)
  }, [uuid])
  useEffect(askForFormats, [])
  const later = useUi((state) => state.imagesLater)
  return (
    <>
      <TopBar project={project} />
      {/* Remounts, so that what couldn't be shown before is requested again. */}
      <main key={`${project.imagesAllowed}`} className="relative flex min-h-0 flex-1 flex-col">
        <Shown screen={screen} project={project} />
        <TrainingPanel project={project} />
        <Tour />
      </main>
      {!project.imagesAllowed && !later && (
        <AllowImagesDialog
          project={project}
          onLater={() => ui.set({ imagesLater: true })}
          onChooseOther={() => {
            ui.set({ imagesLater: true })
            openDialog('relocate')
          }}
        />
      )}
    </>
  )
}

function Shown({ screen, project }: { screen: Screen; project: ProjectSummary }) {
  switch (screen.kind) {
    case 'grid':
      return <GridScreen project={project} />
    case 'labelByLabel':
      return <LabelByLabelScreen project={project} labelId={screen.labelId} />
    case 'model':
      return <ModelScreen project={project} />
    case 'image':
      return <ImageView id={screen.imageId} />
  }
}
