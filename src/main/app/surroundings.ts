import { implement, ORPCError, ValidationError } from '@orpc/server'
import type { z } from 'zod'
import { contract } from '../../contract/contract.ts'
import type { GivenThing, MenuAction } from '../../contract/desktop.ts'
import { type ActionResult, type AppInfo, boundBroken, type pickInput, type Sent } from '../../contract/schemas.ts'
import { asUserError, UserError } from '../base/errors.ts'
import type { Logger } from '../base/log.ts'
import type { Application } from './application.ts'
import type { Reveal } from './images/reveal.ts'
import { once } from './marks/marks.ts'

/** What differs between shells. */
export interface Shell {
  kind: AppInfo['shell']
  reveal: Reveal
  /** The menu bar, if there is one. */
  setMenu?: (actions: MenuAction[]) => void
  /** Files that the system has passed to the program since the last call. */
  takeGiven?: () => GivenThing[]
  /** The system's dialogs, if there are any. */
  pick?: (input: z.infer<typeof pickInput>) => Promise<string | null>
}

/** The parameters of every feature's handlers. */
export type Surroundings = ReturnType<typeof surroundingsOf>

/** The contract to implement, the application, and what every handler needs from it. */
export function surroundingsOf(app: Application, shell: Shell) {
  const implementer = implement(contract)
  const os = implementer.use(async ({ next, path }) => {
    try {
      return await next()
    } catch (error) {
      throw crossing(error, path.join('.'), app.context.log)
    }
  })
  const workspace = () => app.requireWorkspace()
  const { jobs, events } = app.context
  const oneTime = <Result extends ActionResult | null>(
    input: { sent?: Sent } | undefined,
    work: (sentAs: string | undefined) => Promise<Result>,
  ) => once(workspace(), input?.sent, work)
  const inOrder = implementer.middleware(({ next }) => workspace().byHand.run(async () => next()))

  return { os, app, shell, jobs, events, workspace, oneTime, inOrder }
}

/** Errors that people can act on are passed on unchanged. Of a bug, clients only learn that there is one; its stack stays in the log. */
function crossing(error: unknown, procedure: string, log: Logger): unknown {
  const known = asUserError(error)
  if (known instanceof UserError) {
    const { code, message, hint } = known
    return new ORPCError('USER_ERROR', { message, data: { code, hint } })
  }
  if (known instanceof ORPCError && known.code === 'BAD_REQUEST') return badRequest(known)
  if (known instanceof ORPCError && known.code !== 'INTERNAL_SERVER_ERROR') return known
  log.error(`${procedure} failed`, known instanceof ORPCError && known.cause ? known.cause : known)
  return new ORPCError('INTERNAL_SERVER_ERROR', { message: 'Something went wrong in Surmise. The log file says more.' })
}

/** An input that breaks the contract. People can cause one that is too large; for any other, the library's message says where. */
function badRequest(error: ORPCError<string, unknown>): ORPCError<string, unknown> {
  const { cause } = error
  if (!(cause instanceof ValidationError)) return error
  const message = boundBroken(cause.issues)
  if (message) return new ORPCError('USER_ERROR', { message, data: { code: 'too-large', hint: 'Send less.' } })
  // A list of a million entries may have a million issues.
  return new ORPCError('BAD_REQUEST', { message: error.message, data: { issues: cause.issues.slice(0, 10) } })
}
