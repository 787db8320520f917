import './styles.css'
import 'uplot/dist/uPlot.min.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { listenToKeys } from './actions/listen.ts'
import { followEvents } from './state/events.ts'
import { followWindow } from './state/panels.ts'
import { queryClient } from './state/queries.ts'
import { followTheme } from './state/theme.ts'

followTheme()
followWindow()
followEvents()
listenToKeys()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
)
