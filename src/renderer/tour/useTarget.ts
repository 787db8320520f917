import { useEffect, useState } from 'react'

const lookEvery = 150

/** The first of these that is on the screen, as long as it is; null where none is. @param selectors the same array while it is the same */
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
    // Controls come and go with what somebody does.
    const timer = setInterval(look, lookEvery)
    return () => clearInterval(timer)
  }, [wanted])
  return target
}
