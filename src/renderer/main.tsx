// Before any schema is made.
import './shell/noEval.ts'
import './styles.css'
import 'uplot/dist/uPlot.min.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { listenToKeys } from './actions/listen.ts'
import { followAddress } from './address/history.ts'
import { takeGiven } from './drop/take.ts'
import { App } from './shell/App.tsx'
import { followEvents } from './state/events.ts'
import { followMenu, runFromMenu } from './state/nativeMenu.ts'
import { guardUnsaved } from './state/outbox.ts'
import { followWindow } from './state/panels.ts'
import { queryClient } from './state/queries.ts'
import { followTheme } from './state/theme.ts'
import { CrashScreen } from './ui/CrashScreen.tsx'
import { keepFocus } from './ui/keepFocus.ts'

followTheme()
followWindow()
followEvents({ runAction: runFromMenu, takeGiven: () => void takeGiven() })
followAddress()
listenToKeys()
keepFocus()
guardUnsaved()
followMenu()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <CrashScreen>
        <App />
      </CrashScreen>
    </QueryClientProvider>
  </StrictMode>,
)
