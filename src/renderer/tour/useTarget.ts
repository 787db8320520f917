import { useEffect, useState } from 'react'

const lookEvery = 150

/** The first of these elements that is on screen; null if none is. @param selectors must be a stable array */
export function useTarget(selectors: readonly string[]): Element | null {
  const [target, setTarget] = useState<Element | null>(null)
  const wanted = selectors.join('\n')
  useEffect(() => {
    const look = (): void => {
      for (const selector of wanted.split('\n')) {
        const found = document.querySelector(selector)
        if (found && found.getBoundingClientRect().width > 0) {
          setTarget(found)
          return
        }
      }
      setTarget(null)
    }
    look()
    // Controls come and go as the user works.
    const timer = setInterval(look, lookEvery)
    return () => clearInterval(timer)
  }, [wanted])
  return target
}
