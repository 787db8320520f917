import { expect, vi } from 'vitest'
import { Application } from '../../src/main/app/application.ts'
import { silent } from '../../src/main/base/log.ts'
import { computeEntry } from '../../src/main/shell/paths.ts'
import { WebShell } from '../../src/main/shell/web/web.ts'
import { pictureProject, temporaryFolder } from '../app/support.ts'
import { connect, letIn } from './webSupport.ts'

/** How a call failed: with its code, and for a `UserError` with its sentence and that error's own code. */
export interface Refusal {
  code: string
  message: string
  reason?: string
}

/** What a stranger can do to an application that lets them in, and what came of it. */
export interface Stranger {
  /** Calls a procedure of the contract with anything at all. @returns how it was refused; undefined if it was done */
  call(procedure: string, input: unknown): Promise<Refusal | undefined>
  /** What was neither done nor refused in a sentence, for each such call. */
  bugs: string[]
}

/**
 * A project of three pictures behind the web shell, and somebody who sends it what no page would. Afterwards it still has to work,
 * whatever was undone, restored or renamed meanwhile.
 * @returns the messages that were logged as errors
 */
export async function withStranger(work: (stranger: Stranger) => Promise<void>): Promise<string[]> {
  const error = vi.fn()
  const configFolder = temporaryFolder()
  const application = new Application({ version: '0', configFolder, log: { ...silent, error }, computeEntry })
  const shell = await WebShell.start(application, { port: 0, rendererFolder: configFolder })
  try {
    await pictureProject(3, application)
    const { client, socket } = await connect(shell.port, await letIn(shell.port, shell.newUrl()))
    const asked = client as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
    const bugs: string[] = []
    const call = async (procedure: string, input: unknown): Promise<Refusal | undefined> => {
      const [room, name] = procedure.split('.')
      try {
        await asked[room][name](input)
        return undefined
      } catch (cause) {
        const { code = '', message, data } = cause as { code?: string; message: string; data?: { code?: string } }
        if (code !== 'BAD_REQUEST' && code !== 'USER_ERROR')
          bugs.push(`${procedure}: ${code} ${message}: ${JSON.stringify(input)?.slice(0, 200)}`)
        return { code, message, reason: data?.code }
      }
    }
    await work({ call, bugs })
    expect(bugs).toEqual([])
    expect((await client.project.current())?.images.total).toBe(3)
    socket.close()
  } finally {
    await shell.close()
    await application.shutdown()
  }
  return error.mock.calls.map(([message]) => String(message))
}
