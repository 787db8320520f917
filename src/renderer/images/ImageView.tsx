import { useQuery } from '@tanstack/react-query'
import { ArrowLeft, ChevronLeft, ChevronRight } from 'lucide-react'
import { useEffect, useLayoutEffect } from 'react'
import { imageUrl } from '../../contract/contract.ts'
import type { ImageDetail } from '../../contract/schemas.ts'
import { closeImage } from '../actions/openImage.ts'
import { action } from '../actions/registry.ts'
import { reportOf } from '../bridge/client.ts'
import { whyUnseen } from '../state/imageFile.ts'
import { tryPicturesAgain, usePictures } from '../state/pictures.ts'
import { fetchDetail, queryClient, useImageIds, useImagesAllowed } from '../state/queries.ts'
import { rows } from '../state/rows.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ErrorLine } from '../ui/ErrorLine.tsx'
import { GoTo } from './GoTo.tsx'
import { ImageMenu } from './ImageMenu.tsx'
import { LabelPanel } from './LabelPanel.tsx'
import { preload } from './preload.ts'
import { Stage } from './Stage.tsx'
import { useOpenLabels, useWhy } from './useOpenLabels.ts'

/** The image, with where the model looked while reasons are shown. */
function ExplainedStage({ detail }: { detail: ImageDetail }) {
  const { focused } = useOpenLabels(detail)
  const why = useWhy(detail, focused)
  return (
    <ImageMenu>
      <div className="flex min-h-0 flex-1 flex-col">
        <Stage image={detail} attention={why?.reasons?.attention ?? null} />
      </div>
    </ImageMenu>
  )
}

/** Why an image can't be shown, as far as known. */
function Unseen({ detail }: { detail: ImageDetail }) {
  const wasFound = detail.status === 'ok'
  const { data: reason = '' } = useQuery({
    queryKey: ['unseen', detail.id, detail.version],
    queryFn: () => whyUnseen(detail),
    enabled: wasFound,
    gcTime: 0,
  })
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-3 bg-stage p-8">
      <ErrorLine
        error={{
          message: detail.status === 'missing' ? texts.image.missing : texts.image.broken,
          hint: wasFound ? reason : (detail.problem?.message ?? ''),
        }}
      />
      {wasFound && <Button onClick={() => tryPicturesAgain(detail.id)}>{texts.image.tryAgain}</Button>}
    </div>
  )
}

/** The image view: one image, large, with its labels. */
export function ImageView({ id }: { id: number }) {
  const { data: detail, error } = useQuery(fetchDetail(id))
  const { data: ids = new Int32Array(0) } = useImageIds()
  const index = ids.indexOf(id)
  const failed = usePictures((state) => state.failed.has(id))
  // Opening it again tries again.
  useLayoutEffect(() => tryPicturesAgain(id), [id])

  const isAllowed = useImagesAllowed()

  // Preloads the neighbours, the next one first.
  useEffect(() => {
    for (const near of index < 0 || !isAllowed ? [] : [ids[index + 1], ids[index - 1], ids[index + 2]]) {
      if (near === undefined) continue
      const known = rows.get(near)
      if (known?.status === 'ok') preload(imageUrl('', 'full', known))
      void queryClient.prefetchQuery(fetchDetail(near)).then(() => {
        const row = queryClient.getQueryData<ImageDetail>(fetchDetail(near).queryKey)
        if (row?.status === 'ok') preload(imageUrl('', 'full', row))
      })
    }
  }, [ids, index, isAllowed])

  return (
    <div className="flex min-h-0 flex-1">
      <section className="flex min-w-0 flex-1 flex-col" aria-label={detail?.path}>
        <header className="flex h-11 shrink-0 items-center gap-1 border-b border-line bg-surface px-2">
          <IconButton label={texts.image.back} onClick={closeImage}>
            <ArrowLeft size={16} aria-hidden />
          </IconButton>
          <h2 className="m-0 min-w-0 flex-1 truncate px-1 text-sm font-medium" title={detail?.path}>
            <bdi>{detail?.path ?? ' '}</bdi>
          </h2>
          {detail?.status === 'ok' && detail.problem && (
            <span
              role="note"
              className="max-w-[50%] truncate px-1 text-[13px] text-muted"
              title={detail.problem.message}
            >
              {detail.problem.message}
            </span>
          )}
          {index >= 0 && <GoTo key={id} index={index} ids={ids} />}
          <IconButton
            label={action('image.previous').title}
            onClick={action('image.previous').run}
            whyNot={action('image.previous').whyNot()}
          >
            <ChevronLeft size={18} aria-hidden />
          </IconButton>
          <IconButton
            label={action('image.next').title}
            onClick={action('image.next').run}
            whyNot={action('image.next').whyNot()}
          >
            <ChevronRight size={18} aria-hidden />
          </IconButton>
        </header>
        {detail && isAllowed && detail.status === 'ok' && !failed && <ExplainedStage key={detail.id} detail={detail} />}
        {detail && isAllowed && (detail.status !== 'ok' || failed) && <Unseen detail={detail} />}
        {detail && !isAllowed && (
          <p className="m-0 grid flex-1 place-items-center bg-stage p-6 text-muted">{texts.allowImages.waiting}</p>
        )}
        {error && (
          <div className="p-6">
            <ErrorLine error={reportOf(error)} />
          </div>
        )}
        {!detail && !error && <div className="flex-1 bg-stage" />}
      </section>
      <LabelPanel detail={detail} />
    </div>
  )
}
