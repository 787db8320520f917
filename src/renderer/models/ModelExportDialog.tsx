import { useState } from 'react'
import type { ModelExport, ModelExported } from '../../contract/models.ts'
import { client } from '../bridge/client.ts'
import { useModels } from '../state/queries.ts'
import { modelVersion } from '../state/screen.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Choice } from '../ui/Choice.tsx'
import { TargetField, useTarget, WriteDialog, WrittenDialog } from '../ui/WriteDialog.tsx'

const t = texts.models
const layouts = ['onnx', 'triton'] as const
const precisions = ['float32', 'float16', 'int8'] as const

/** Exports the model shown on the model page, or otherwise the one in use. */
export function ModelExportDialog({ onClose }: { onClose: () => void }) {
  const models = useModels()
  const chosen = useUi((state) => modelVersion(state.screen))
  const model = models.find(({ id, usable }) => id === chosen && usable) ?? models.find(({ current }) => current)
  const [layout, setLayout] = useState<ModelExport['layout']>('onnx')
  const [scope, setScope] = useState<'image' | 'features'>('image')
  const [precision, setPrecision] = useState<ModelExport['precision']>('float32')
  const [written, setWritten] = useState<ModelExported | null>(null)
  const target = useTarget(layout === 'onnx' ? '.onnx' : ' models')

  const write = (overwrite: boolean) => {
    if (!model) return
    const how = { layout, withBackbone: scope === 'image', precision, overwrite }
    target.write(async () => setWritten(await client.models.export({ id: model.id, path: target.path.trim(), ...how })))
  }

  if (written) {
    return (
      <WrittenDialog title={t.exportedTitle} files={written.files} onClose={onClose}>
        <p className="m-0">{t.exportedSize(written.bytes)}</p>
        {written.summary.map((sentence) => (
          <p key={sentence} className="m-0">
            {sentence}
          </p>
        ))}
      </WrittenDialog>
    )
  }
  return (
    <WriteDialog
      title={t.exportTitle}
      action={texts.exchange.write}
      target={target}
      isReady={model !== undefined}
      onWrite={write}
      onClose={onClose}
    >
      <Choice
        legend={t.exportWhat}
        value={layout}
        options={layouts.map((value) => ({ value, label: t.layouts[value] }))}
        onChange={(value) => {
          setLayout(value)
          target.choose(null)
        }}
      />
      <TargetField
        target={target}
        kind={layout === 'onnx' ? 'save-file' : 'folder'}
        extensions={layout === 'onnx' ? ['onnx'] : undefined}
        hint={t.layoutHints[layout]}
      />
      <Choice
        legend={t.exportScope}
        value={scope}
        options={(['image', 'features'] as const).map((value) => ({ value, label: t.scopes[value] }))}
        onChange={setScope}
      />
      <div>
        <Choice
          legend={t.weights}
          value={precision}
          options={precisions.map((value) => ({ value, label: t.weightsAs[value] }))}
          onChange={setPrecision}
        />
        <p className="m-0 mt-1 text-[13px] text-muted">{t.weightsHint}</p>
      </div>
    </WriteDialog>
  )
}
