import { comeBack } from './bridge/comeBack.ts'

/*
 * On the page that says that this browser has not been let in: it may have been, before the program was started again. Then it goes
 * on where it was.
 */
const tried = 'surmise.tried'
const lately = Number(sessionStorage.getItem(tried) ?? 0) > Date.now() - 10_000

// A browser that takes no cookies would be let in again and again.
if (!lately && (await comeBack().catch(() => false))) {
  sessionStorage.setItem(tried, String(Date.now()))
  location.reload()
}
