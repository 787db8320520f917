import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { FeatureCache } from '../../contract/backbones.ts'
import { client } from '../bridge/client.ts'
import { keys } from '../state/queries.ts'
import { notify } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { useAction } from '../ui/useAction.ts'
import { useRunning } from './queries.ts'
import { Section } from './Section.tsx'

const t = texts.backbones

/** The features on disk, by backbone, with their size. */
export function Caches({ caches }: { caches: readonly FeatureCache[] }) {
  const [clearing, setClearing] = useState<string | null>(null)
  const queries = useQueryClient()
  const { busy, error, run } = useAction()
  const atWork = useRunning('try', 'train')
  const clear = ({ identity }: FeatureCache) =>
    void run(async () => {
      const { bytes } = await client.backbones.clearFeatures({ identity })
      setClearing(null)
      notify('info', { message: t.cleared(bytes) })
      await queries.invalidateQueries({ queryKey: keys.backbones })
    })
  return (
    <Section title={t.caches} hint={caches.length > 0 ? t.cachesHint : t.noCaches}>
      {caches.length > 0 && (
        <ul className="m-0 list-none rounded-lg border border-line p-0">
          {caches.map((cache) => (
            <li key={cache.identity} className="flex flex-col gap-2 border-b border-line px-3 py-2 last:border-b-0">
              <div className="flex items-center gap-2">
                <span className="flex min-w-0 flex-1 flex-col">
                  <span className="truncate" title={cache.name ?? undefined}>
                    {cache.name ?? t.unnamedCache}
                  </span>
                  <span className="text-[13px] text-muted tabular-nums">
                    {[t.size(cache.bytes, true), t.images(cache.images), cache.current ? t.inUse : '']
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </span>
                <Button
                  aria-label={t.clearNamed(cache.name ?? t.unnamedCache)}
                  disabled={busy || atWork !== undefined}
                  onClick={() => setClearing(cache.identity)}
                >
                  {t.clear}
                </Button>
              </div>
              {clearing === cache.identity && (
                <div role="alert" className="flex flex-col gap-2">
                  <p className="m-0">{t.clearAsk(cache.images)}</p>
                  <div className="flex justify-end gap-2">
                    <Button onClick={() => setClearing(null)}>{texts.common.cancel}</Button>
                    <Button kind="danger" disabled={busy} onClick={() => clear(cache)}>
                      {t.clearNow}
                    </Button>
                  </div>
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      {error && <ErrorLine error={error} />}
    </Section>
  )
}
