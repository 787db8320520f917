import { WifiOff } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { enter } from '../address/history.ts'
import { DropTarget } from '../drop/DropTarget.tsx'
import { StartScreen } from '../project/StartScreen.tsx'
import { loadPreferences } from '../state/preferences.ts'
import { useProject } from '../state/queries.ts'
import { useUi } from '../state/ui.ts'
import { texts } from '../texts/index.ts'
import { Notices } from '../ui/Notices.tsx'
import { Workbench } from '../workbench/Workbench.tsx'
import { Dialogs } from './Dialogs.tsx'

export function App() {
  const { data: project } = useProject()
  const line = useUi((state) => state.line)
  const unsaved = useUi((state) => state.unsaved)
  const isReady = useUi((state) => state.preferencesRead) && project !== undefined
  const name = project?.name
  // Re-renders everything that shows a shortcut when shortcuts change.
  useUi((state) => state.keyMap)
  useEffect(() => {
    if (line === 'here') void loadPreferences()
  }, [line])

  const uuid = project?.uuid
  const isFirst = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new project starts on a new screen
  useEffect(() => {
    if (!isReady) return
    void enter(isFirst.current)
    isFirst.current = false
  }, [isReady, uuid])
  useEffect(() => {
    document.title = name ? `${name} – ${texts.name}` : texts.name
  }, [name])

  return (
    <div className="flex h-full flex-col">
      {line !== 'here' && (
        <p role="status" className="m-0 flex items-center justify-center gap-2 bg-suggested-soft py-1 text-suggested">
          <WifiOff size={14} className="shrink-0" aria-hidden />
          {line === 'lost' ? texts.connection.lost : texts.connection.unproven}
          {unsaved > 0 && ` ${texts.connection.unsaved(unsaved)}`}
        </p>
      )}
      {!isReady ? null : project ? <Workbench key={project.uuid} project={project} /> : <StartScreen />}
      <Dialogs />
      <DropTarget />
      <Notices />
    </div>
  )
}
