import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { Search } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useSavedFilters } from '../state/filters.ts'
import { useLabels, useProject, useRecent } from '../state/queries.ts'
import { texts } from '../texts/index.ts'
import { Kbd } from '../ui/Kbd.tsx'
import { type Command, commandsOf, recentCommands, runCommand } from './commands.ts'
import { rank } from './rank.ts'

/** Nobody reads more. */
const mostShown = 60

/** Finds every command by typing. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const labels = useLabels()
  const { data: recent = [] } = useRecent()
  const { data: project = null } = useProject()
  const saved = useSavedFilters()
  const [query, setQuery] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const isTyping = query.trim() !== ''
  const commands = useMemo(
    () => commandsOf({ labels, saved, recent, project }, isTyping),
    [labels, saved, recent, project, isTyping],
  )
  const found = useMemo(() => rank(query, commands, recentCommands()).slice(0, mostShown), [query, commands])

  const choose = (command: Command): void => {
    if (!command.available) return
    onClose()
    // After focus has been restored, because a command may move it elsewhere.
    setTimeout(() => runCommand(command), 50)
  }

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop forceRender className="fixed inset-0 z-50 bg-black/40" />
        <Dialog.Popup
          initialFocus={input}
          aria-label={texts.palette.title}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-48px)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-float"
        >
          <Autocomplete.Root
            inline
            open
            items={commands}
            filteredItems={found}
            mode="none"
            autoHighlight="always"
            keepHighlight
            value={query}
            onValueChange={(value, { reason }) => {
              if (reason !== 'item-press') setQuery(value)
            }}
            itemToStringValue={({ title }: Command) => title}
          >
            <div className="flex h-13 shrink-0 items-center gap-3 border-b border-line px-4">
              <Search size={16} className="shrink-0 text-muted" aria-hidden />
              <Autocomplete.Input
                ref={input}
                // Before the first paint, so that a letter typed right after the opening key isn't lost.
                autoFocus
                dir="auto"
                aria-label={texts.palette.title}
                placeholder={texts.palette.placeholder}
                spellCheck={false}
                className="h-full min-w-0 flex-1 bg-transparent text-[15px] outline-none placeholder:text-muted"
              />
            </div>
            <Autocomplete.Empty className="px-5 text-muted not-empty:py-6">
              {found.length === 0 && (
                <>
                  {texts.palette.none} {texts.palette.noneHint}
                </>
              )}
            </Autocomplete.Empty>
            <Autocomplete.List
              aria-label={texts.palette.list}
              className="min-h-0 scroll-py-1.5 overflow-auto p-1.5 empty:p-0"
            >
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  disabled={!command.available}
                  onClick={() => choose(command)}
                  className="group flex min-h-9 cursor-default items-center justify-between gap-6 rounded-md px-3 outline-none data-highlighted:bg-accent-soft data-highlighted:data-disabled:bg-sunken"
                >
                  <span
                    className="min-w-0 truncate group-data-disabled:text-muted group-data-disabled:opacity-60"
                    title={command.title}
                  >
                    {command.title}
                  </span>
                  {command.isKey ? (
                    <Kbd keys={command.hint} />
                  ) : (
                    <span className="max-w-[60%] shrink-0 py-1 text-right text-[13px] text-muted">{command.hint}</span>
                  )}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
