import { type Theme, useUi } from './ui.ts'

/** Light or dark: as chosen, or as the system is set. */
export function followTheme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const apply = (theme: Theme): void => {
    const isDark = theme === 'dark' || (theme === 'system' && system.matches)
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  }
  apply(useUi.getState().theme)
  useUi.subscribe(({ theme }) => apply(theme))
  system.addEventListener('change', () => apply(useUi.getState().theme))
}
