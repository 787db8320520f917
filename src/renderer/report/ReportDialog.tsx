import { useState } from 'react'
import { client } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { TargetField, useTarget, WriteDialog, WrittenDialog } from '../ui/WriteDialog.tsx'

const t = texts.report

/** Writes a report: the project's labels and the model's quality on one page, to share. */
export function ReportDialog({ onClose }: { onClose: () => void }) {
  const [written, setWritten] = useState<{ file: string; bytes: number; pictures: number } | null>(null)
  const target = useTarget(' report.html')
  const write = (overwrite: boolean) =>
    target.write(async () => setWritten(await client.exchange.report({ path: target.path.trim(), overwrite })))

  if (written) {
    return (
      <WrittenDialog title={t.written} files={[written.file]} onClose={onClose}>
        <p className="m-0">{t.wrote(written.bytes, written.pictures)}</p>
      </WrittenDialog>
    )
  }
  return (
    <WriteDialog title={t.title} action={t.write} target={target} onWrite={write} onClose={onClose}>
      <p className="m-0">{t.what}</p>
      <TargetField target={target} extensions={['html']} hint={t.hint} />
    </WriteDialog>
  )
}
