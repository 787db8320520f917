import { type FormEvent, useState } from 'react'
import { client } from '../bridge/client.ts'
import { PathPicker } from '../project/PathPicker.tsx'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field } from '../ui/Field.tsx'
import { useAction } from '../ui/useAction.ts'
import { NormalisationQuestion } from './NormalisationQuestion.tsx'

const t = texts.backbones

/** Uses any ONNX image model from a file. */
export function OwnFile() {
  const [file, setFile] = useState('')
  const { busy, error, run } = useAction()
  const take = (event: FormEvent) => {
    event.preventDefault()
    void run(async (signal) => {
      await client.project.configure({ backbone: file.trim() }, { signal })
      setFile('')
    })
  }
  return (
    <form onSubmit={take} className="flex flex-col gap-2">
      <Field label={t.ownFile} hint={t.ownFileHint}>
        {(ids) => (
          <PathPicker
            {...ids}
            kind="open-file"
            title={t.ownFile}
            extensions={['onnx']}
            value={file}
            onChange={setFile}
          />
        )}
      </Field>
      <NormalisationQuestion error={error} backbone={file} onChange={setFile} />
      {error && <ErrorLine error={error} />}
      {file.trim() !== '' && (
        <Button type="submit" disabled={busy} className="self-end">
          {t.use}
        </Button>
      )}
    </form>
  )
}
