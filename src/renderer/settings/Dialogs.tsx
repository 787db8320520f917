import { type ComponentType, useLayoutEffect } from 'react'
import { BackbonesDialog } from '../backbones/BackbonesDialog.tsx'
import { BackupsDialog } from '../backups/BackupsDialog.tsx'
import { BulkDialog } from '../bulk/BulkDialog.tsx'
import { ExportDialog } from '../exchange/ExportDialog.tsx'
import { ImportDialog } from '../exchange/ImportDialog.tsx'
import { MergeDialog } from '../exchange/MergeDialog.tsx'
import { ReportDialog } from '../exchange/ReportDialog.tsx'
import { HistoryDialog } from '../history/HistoryDialog.tsx'
import { ModelExportDialog } from '../models/ModelExportDialog.tsx'
import { CommandPalette } from '../palette/CommandPalette.tsx'
import { ProgressDialog } from '../progress/ProgressDialog.tsx'
import { NewProjectDialog } from '../start/NewProjectDialog.tsx'
import { OpenProjectDialog } from '../start/OpenProjectDialog.tsx'
import { RelocateDialog } from '../start/RelocateDialog.tsx'
import { useLabels } from '../state/queries.ts'
import { type DialogName, ui, useUi } from '../state/ui.ts'
import { DoctorDialog } from './DoctorDialog.tsx'
import { KeysDialog } from './KeysDialog.tsx'
import { LabelDialog } from './LabelDialog.tsx'
import { NamesDialog } from './NamesDialog.tsx'
import { SettingsDialog } from './SettingsDialog.tsx'

const dialogs: Record<DialogName, ComponentType<{ onClose: () => void }>> = {
  'new-project': NewProjectDialog,
  'open-project': OpenProjectDialog,
  relocate: RelocateDialog,
  export: ExportDialog,
  'export-model': ModelExportDialog,
  report: ReportDialog,
  import: ImportDialog,
  merge: MergeDialog,
  settings: SettingsDialog,
  keys: KeysDialog,
  palette: CommandPalette,
  bulk: BulkDialog,
  history: HistoryDialog,
  progress: ProgressDialog,
  doctor: DoctorDialog,
  backbones: BackbonesDialog,
  backups: BackupsDialog,
  names: NamesDialog,
}

/** Whichever dialog is open. */
export function Dialogs() {
  const name = useUi((state) => state.dialog)
  const editedLabel = useUi((state) => state.editedLabel)
  const label = useLabels().find(({ id }) => id === editedLabel)
  // A label that is gone, merged or removed here or elsewhere, is not edited any more: keys are free again.
  const isGone = Boolean(editedLabel) && !label
  useLayoutEffect(() => {
    if (isGone) ui.set({ editedLabel: null })
  }, [isGone])
  const Named = name && dialogs[name]
  // What is dropped into a dialog that is open begins it anew.
  const given = useUi((state) => state.given)
  return (
    <>
      {Named && <Named key={given?.id} onClose={() => ui.set({ dialog: null })} />}
      {(editedLabel === 0 || label) && (
        <LabelDialog key={editedLabel} label={label ?? null} onClose={() => ui.set({ editedLabel: null })} />
      )}
    </>
  )
}
