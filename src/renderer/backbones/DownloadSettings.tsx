import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../bridge/client.ts'
import { notify } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { Field, Input } from '../ui/Field.tsx'
import { useAction } from '../ui/useAction.ts'

const t = texts.backbones

/** Mirror and proxy for downloads, and the folder they are kept in. */
export function DownloadSettings({ folder }: { folder: string }) {
  const { data } = useQuery({
    queryKey: ['downloads'],
    queryFn: () => client.app.preferences(),
    gcTime: 0,
    staleTime: 0,
  })
  return (
    <details>
      <summary className="cursor-pointer text-sm font-semibold">{t.downloads}</summary>
      <div className="flex flex-col gap-3 pt-3">
        {data && <Fields key={`${data.downloads.mirror} ${data.downloads.proxy}`} {...data.downloads} />}
        <p className="m-0 text-[13px] wrap-anywhere text-muted select-text">{t.keptIn(folder)}</p>
      </div>
    </details>
  )
}

function Fields(before: { mirror: string; proxy: string }) {
  const [mirror, setMirror] = useState(before.mirror)
  const [proxy, setProxy] = useState(before.proxy)
  const { busy, error, run } = useAction()
  const save = (event: FormEvent) => {
    event.preventDefault()
    void run(async () => {
      await client.app.setPreferences({ downloads: { mirror: mirror.trim(), proxy: proxy.trim() } })
      notify('info', { message: t.downloadsSaved })
    })
  }
  return (
    <form onSubmit={save} className="flex flex-col gap-3">
      <Field label={t.mirror} hint={t.mirrorHint}>
        {(ids) => (
          <Input
            {...ids}
            type="url"
            placeholder="https://"
            value={mirror}
            onChange={(event) => setMirror(event.target.value)}
          />
        )}
      </Field>
      <Field label={t.proxy} hint={t.proxyHint}>
        {(ids) => (
          <Input
            {...ids}
            type="url"
            placeholder="http://"
            value={proxy}
            onChange={(event) => setProxy(event.target.value)}
          />
        )}
      </Field>
      {error && <ErrorLine error={error} />}
      <Button type="submit" disabled={busy} className="self-end">
        {texts.common.save}
      </Button>
    </form>
  )
}
