import { CheckCheck } from 'lucide-react'
import { useMemo } from 'react'
import type { ImageDetail } from '../../contract/schemas.ts'
import { action, keyNameOf, keysOfLabels } from '../actions/registry.ts'
import { needsOpenLabels } from '../actions/whyNot.ts'
import { usePanelWidth } from '../state/panels.ts'
import { usePictures } from '../state/pictures.ts'
import { useFromNames } from '../state/queries.ts'
import { remember } from '../state/remembered.ts'
import { ui, useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/Button.tsx'
import { Kbd } from '../ui/Kbd.tsx'
import { PanelEdge } from '../ui/PanelEdge.tsx'
import { bestFound, isNewName, type LabelEntry } from './groups.ts'
import { LabelRow } from './LabelRow.tsx'
import { LabelSearch } from './LabelSearch.tsx'
import { NewLabelButton } from './NewLabelButton.tsx'
import { useOpenLabels, useWhy } from './useOpenLabels.ts'
import { WhyPanel } from './WhyPanel.tsx'

/** The labels of the open image. The search field is there before the image has loaded. */
export function LabelPanel({ detail }: { detail: ImageDetail | undefined }) {
  const width = usePanelWidth('image')
  return (
    <aside
      id="panel-image"
      aria-label={texts.labels.title}
      className="relative flex shrink-0 flex-col border-l border-line bg-surface"
      style={{ width }}
    >
      <PanelEdge panel="image" label={texts.panels.image} side="left" />
      <LabelSearch />
      {detail && <OpenLabels detail={detail} />}
    </aside>
  )
}

/** The suggested, known and unknown labels. */
function OpenLabels({ detail }: { detail: ImageDetail }) {
  const { labels, search, groups, focused } = useOpenLabels(detail)
  const why = useWhy(detail, focused)
  const goesOn = useUi((state) => state.goesOn)
  const isByName = useFromNames()
  const keys = useMemo(() => keysOfLabels(labels), [labels])
  // The buttons' texts depend on it.
  usePictures((state) => state.failed)
  const found = search ? bestFound(groups, search) : undefined
  const isNew = isNewName(labels, search)

  const group = (title: string, entries: LabelEntry[], extra?: React.ReactNode) =>
    entries.length > 0 && (
      <section aria-label={title} className="flex flex-col">
        <header className="flex h-8 items-center justify-between px-3">
          <h3 className="m-0 text-xs font-semibold tracking-wide text-muted uppercase">
            {title} <span className="font-normal tabular-nums">{entries.length}</span>
          </h3>
          {extra}
        </header>
        <ul className="m-0 flex list-none flex-col p-0">
          {entries.map((entry) => (
            <LabelRow
              key={entry.label.id}
              imageId={detail.id}
              entry={entry}
              shortcut={keys.get(entry.label.id)}
              isFocused={entry.label.id === (found?.label.id ?? focused)}
              isExplained={entry.label.id === why?.suggestion.labelId}
              isByName={isByName}
            />
          ))}
        </ul>
      </section>
    )

  return (
    <>
      <div className="flex min-h-0 flex-1 flex-col gap-2 overflow-auto py-2">
        {isByName && (
          <p role="note" className="m-0 mx-3 rounded-md bg-suggested-soft px-2.5 py-1.5 text-[13px]">
            <strong className="block font-medium">{texts.names.note}</strong> {texts.names.noteHint}
          </p>
        )}
        {group(texts.disputes.title, groups.disputed)}
        {group(
          texts.image.suggested,
          groups.suggested,
          groups.suggested.length > 1 && (
            <Button
              kind="quiet"
              className="h-7 px-2 text-[13px] text-suggested"
              whyNot={action('image.accept-all').whyNot()}
              onClick={action('image.accept-all').run}
            >
              <CheckCheck size={14} aria-hidden /> {texts.image.acceptAll}
            </Button>
          ),
        )}
        {group(texts.image.known, groups.known)}
        {group(texts.image.unknown, groups.unknown)}
        {isNew && <NewLabelButton imageId={detail.id} name={search.trim()} />}
        {labels.length === 0 && !isNew && (
          <div className="flex flex-col items-center gap-3 px-4 py-6 text-center text-muted">
            <p className="m-0">{texts.labels.none}</p>
            <Button onClick={action('add-label').run}>{texts.firstSteps.addLabel}</Button>
          </div>
        )}
      </div>
      {why && <WhyPanel why={why} labels={labels} />}
      <label className="flex items-center gap-2 border-t border-line px-3 pt-2 text-[13px] text-muted">
        <input
          type="checkbox"
          checked={goesOn}
          className="accent-accent"
          onChange={({ target }) => {
            ui.set({ goesOn: target.checked })
            remember('goesOn', target.checked)
          }}
        />
        {texts.image.goesOn}
      </label>
      <footer className="flex flex-wrap items-center justify-between gap-x-1 gap-y-1 p-2">
        <Button
          kind="quiet"
          className="px-1.5 text-[13px]"
          onClick={action('image.rest-absent').run}
          whyNot={needsOpenLabels()}
        >
          {texts.image.restAbsent} <Kbd keys={keyNameOf('image.rest-absent')} />
        </Button>
        <span className="flex items-center gap-1 px-1 text-xs whitespace-nowrap text-muted">
          <Kbd keys={keyNameOf('image.accept')} /> {texts.image.acceptShort} <Kbd keys={keyNameOf('image.reject')} />{' '}
          {texts.image.rejectShort}
        </span>
      </footer>
    </>
  )
}
