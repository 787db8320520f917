import { type ComponentType, useLayoutEffect } from 'react'
import { BackbonesDialog } from '../backbones/BackbonesDialog.tsx'
import { BulkDialog } from '../bulk/BulkDialog.tsx'
import { DoctorDialog } from '../doctor/DoctorDialog.tsx'
import { ExportDialog } from '../exchange/ExportDialog.tsx'
import { ImportDialog } from '../exchange/ImportDialog.tsx'
import { MergeDialog } from '../exchange/MergeDialog.tsx'
import { HistoryDialog } from '../history/HistoryDialog.tsx'
import { LabelDialog } from '../labels/LabelDialog.tsx'
import { ModelExportDialog } from '../models/ModelExportDialog.tsx'
import { CommandPalette } from '../palette/CommandPalette.tsx'
import { ProgressDialog } from '../progress/ProgressDialog.tsx'
import { BackupsDialog } from '../project/BackupsDialog.tsx'
import { NewProjectDialog } from '../project/NewProjectDialog.tsx'
import { OpenProjectDialog } from '../project/OpenProjectDialog.tsx'
import { RelocateDialog } from '../project/RelocateDialog.tsx'
import { ReportDialog } from '../report/ReportDialog.tsx'
import { KeysDialog } from '../settings/KeysDialog.tsx'
import { SettingsDialog } from '../settings/SettingsDialog.tsx'
import type { Dialog, DialogName } from '../state/dialog.ts'
import { useLabels } from '../state/queries.ts'
import { closeDialog, useUi } from '../state/ui.ts'
import { NamesDialog } from '../suggestions/NamesDialog.tsx'

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

/** The open dialog, if any. */
export function Dialogs() {
  const dialog = useUi((state) => state.dialog)
  return dialog?.kind === 'label' ? <LabelProperties labelId={dialog.labelId} /> : dialog && <Named dialog={dialog} />
}

function Named({ dialog: { kind, given } }: { dialog: Exclude<Dialog, { kind: 'label' }> }) {
  const Shown = dialogs[kind]
  // Dropping something into an open dialog starts it over.
  return <Shown key={`${kind} ${given?.id}`} onClose={closeDialog} />
}

/** @param labelId null for a new label */
function LabelProperties({ labelId }: { labelId: number | null }) {
  const label = useLabels().find(({ id }) => id === labelId)
  // The dialog of a label that was merged or removed, here or elsewhere, closes, so that shortcuts work again.
  const isGone = labelId !== null && !label
  useLayoutEffect(() => {
    if (isGone) closeDialog()
  }, [isGone])
  return isGone ? null : <LabelDialog key={labelId} label={label ?? null} onClose={closeDialog} />
}
