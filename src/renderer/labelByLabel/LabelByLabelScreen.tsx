import { ArrowLeft, CircleCheckBig } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Label, LabelByLabelOrder, ProjectSummary } from '../../contract/schemas.ts'
import { action, keyNameOf, withKeyOf } from '../actions/registry.ts'
import { usePictures } from '../state/pictures.ts'
import { useFromNames, useLabels } from '../state/queries.ts'
import { remember } from '../state/remembered.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { Select } from '../ui/Field.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { gap, gridLayout, moveCursor, padding } from '../workbench/grid.ts'
import { Ahead, PageTile } from './PageTile.tsx'
import { flipped, type Said, saidOf } from './page.ts'
import {
  closeLabelByLabel,
  labelByLabel,
  leastDecided,
  openFromPage,
  openLabelByLabel,
  orderBy,
  pageOf,
  say,
  useLabelByLabel,
} from './state.ts'

const words = texts.labelByLabel

/** One label, many images: which of them show it? A whole page is decided at once. */
export function LabelByLabelScreen({ project, labelId }: { project: ProjectSummary; labelId: number }) {
  const labels = useLabels()
  const label = labels.find(({ id }) => id === labelId)
  const { list, busy } = useLabelByLabel()
  if (!label) return null
  const left = project.images.total - label.presentCount - label.absentCount
  return (
    <section className="flex min-h-0 flex-1 flex-col" aria-label={words.title}>
      <Head label={label} labels={labels} left={Math.min(left, list?.left ?? left)} />
      {!list && <p className="m-0 flex flex-1 items-center justify-center text-muted">{words.loading}</p>}
      {list && (list.ids.length > 0 || busy) && <PageOfImages label={label} />}
      {list && list.ids.length === 0 && !busy && <Done label={label} labels={labels} />}
    </section>
  )
}

function Head({ label, labels, left }: { label: Label; labels: readonly Label[]; left: number }) {
  const order = useLabelByLabel((state) => state.order)
  const tileSize = useUi((state) => state.tileSize)
  const orders = Object.entries(words.orders) as [LabelByLabelOrder, string][]
  return (
    <header className="flex h-13 shrink-0 items-center gap-3 border-b border-line bg-surface px-3">
      <IconButton label={withKeyOf(words.close, 'label-by-label.close')} onClick={closeLabelByLabel}>
        <ArrowLeft size={16} aria-hidden />
      </IconButton>
      <h2 className="m-0 min-w-0 truncate text-base font-semibold" title={label.description || label.name}>
        {words.ask(label.name)}
      </h2>
      <span role="status" className="shrink-0 text-[13px] text-muted tabular-nums">
        {words.left(left)}
      </span>
      <span className="flex-1" />
      <div className="w-44">
        <Select
          aria-label={words.label}
          value={label.id}
          onChange={({ target }) => openLabelByLabel(Number(target.value))}
        >
          {labels.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      </div>
      <div className="w-48">
        <Select
          aria-label={words.order}
          value={order}
          onChange={({ target }) => orderBy(target.value as LabelByLabelOrder)}
        >
          {orders.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </Select>
      </div>
      <input
        type="range"
        aria-label={texts.workbench.tileSize}
        min={120}
        max={360}
        step={8}
        value={tileSize}
        className="w-20 accent-accent"
        onChange={({ target }) => {
          ui.set({ tileSize: Number(target.value) })
          remember('tileSize', Number(target.value))
        }}
      />
    </header>
  )
}

function PageOfImages({ label }: { label: Label }) {
  const isByName = useFromNames()
  const frame = useRef<HTMLDivElement>(null)
  const dragged = useRef<Said | null>(null)
  /** Sizes of a tile: a page fills the height. */
  const [height, setHeight] = useState(0)
  const tileSize = useUi((state) => state.tileSize)
  const state = useLabelByLabel()
  const page = pageOf(state)
  const failed = usePictures((pictures) => pictures.failed)
  const said = saidOf(page, state.said, failed)
  const { columns, size, cursor, start, list } = state

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const measure = (): void => {
      const { columns, tileWidth } = gridLayout(element.clientWidth, tileSize, 1)
      const room = element.clientHeight - 2 * padding + gap
      const rows = Math.max(1, Math.floor(room / (tileWidth * 0.75 + gap)))
      setHeight(Math.floor(room / rows) - gap)
      labelByLabel.set({ columns, size: rows * columns })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [tileSize])
  useEffect(() => {
    frame.current?.focus({ preventScroll: true })
    const end = (): void => {
      dragged.current = null
    }
    window.addEventListener('pointerup', end)
    return () => window.removeEventListener('pointerup', end)
  }, [])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.startsWith('Page')) return
    const next = moveCursor(cursor, event.key, columns, page.ids.length, 1)
    if (next === null) return
    labelByLabel.set({ cursor: next })
    event.preventDefault()
  }

  return (
    <>
      <div
        ref={frame}
        role="listbox"
        aria-label={words.list(label.name)}
        aria-multiselectable
        aria-activedescendant={page.ids.length > 0 ? `page-image-${page.ids[cursor]}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="group grid min-h-0 flex-1 content-start overflow-hidden outline-none"
        style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gap, padding }}
      >
        {page.ids.map((id, place) => (
          <PageTile
            key={id}
            id={id}
            said={said[place]}
            probability={isByName ? null : page.probabilities[place]}
            isCurrent={place === cursor}
            isUnseen={failed.has(id)}
            isFirstAbsent={place === page.cut && place > 0}
            height={height}
            onPress={() => {
              dragged.current = flipped(said[place])
              labelByLabel.set({ cursor: place })
              say(id, dragged.current)
            }}
            onOver={() => dragged.current && say(id, dragged.current)}
            onOpen={openFromPage}
          />
        ))}
        {list?.ids.slice(start + size, start + 2 * size).map((id) => (
          <Ahead key={id} id={id} />
        ))}
      </div>
      <Foot said={said} cut={page.cut} isSuggested={page.probabilities.some((p) => p !== null)} />
    </>
  )
}

function Foot({ said, cut, isSuggested }: { said: readonly Said[]; cut: number; isSuggested: boolean }) {
  const { decided, since } = useLabelByLabel()
  const count = (what: Said): number => said.filter((one) => one === what).length
  const minutes = Math.max(1 / 60, (Date.now() - since) / 60_000)
  return (
    <footer className="flex min-h-13 shrink-0 items-center gap-4 border-t border-line bg-surface px-4">
      <label className="flex items-center gap-2 text-[13px] text-muted">
        {words.cut} <Kbd keys={keyNameOf('label-by-label.cut-back')} />{' '}
        <Kbd keys={keyNameOf('label-by-label.cut-on')} />
        <input
          type="range"
          min={0}
          max={said.length}
          value={cut}
          aria-valuetext={words.cutValue(cut, said.length)}
          className="w-40 accent-accent"
          onChange={({ target }) => labelByLabel.set({ cut: Number(target.value) })}
        />
      </label>
      <span className="line-clamp-2 min-w-0 flex-1 text-[13px] leading-[18px] text-muted">
        {decided > 0 ? words.decided(decided, Math.round(decided / minutes)) : isSuggested ? words.hint : words.noModel}
      </span>
      <span role="status" className="shrink-0 text-[13px] tabular-nums">
        {words.confirmed(count('present'), count('absent'), count('unknown'))}
      </span>
      <Button kind="primary" onClick={action('label-by-label.confirm').run} disabled={said.length === 0}>
        {words.confirm} <span className="text-xs opacity-80">{keyNameOf('label-by-label.confirm')}</span>
      </Button>
    </footer>
  )
}

function Done({ label, labels }: { label: Label; labels: readonly Label[] }) {
  const next = leastDecided(labels.filter(({ id }) => id !== label.id))
  return (
    <div className="flex flex-1 flex-col items-center justify-center gap-2 p-8 text-center text-muted">
      <CircleCheckBig size={32} aria-hidden />
      <h2 className="m-0 text-base font-semibold text-text">{words.doneTitle}</h2>
      <p className="m-0 mb-2 max-w-md">{words.doneHint(label.name)}</p>
      <div className="flex gap-2">
        {next && (
          <Button kind="primary" onClick={() => openLabelByLabel(next.id)}>
            {words.next(next.name)}
          </Button>
        )}
        <Button onClick={closeLabelByLabel}>{words.close}</Button>
      </div>
    </div>
  )
}
