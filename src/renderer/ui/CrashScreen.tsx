import { Component, type ReactNode, useState } from 'react'
import { client } from '../bridge/client.ts'
import { texts } from '../texts/index.ts'
import { Button } from './Button.tsx'

const t = texts.crash

/** Replaces a page that a bug has brought down: says that the project is safe, and offers a way back. */
export class CrashScreen extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidCatch({ message, stack = '' }: Error): void {
    // Best effort: the log has the reason.
    client.app.pageFailed({ message: message.slice(0, 2000), stack: stack.slice(0, 20_000) }).catch(() => undefined)
  }

  override render(): ReactNode {
    const { error } = this.state
    return error ? <Crashed error={error} /> : this.props.children
  }
}

function Crashed({ error }: { error: Error }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    navigator.clipboard.writeText(error.stack ?? error.message).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <main className="flex h-full items-center justify-center overflow-auto bg-canvas p-6">
      <div
        role="alert"
        className="flex max-w-xl flex-col gap-4 rounded-xl border border-line bg-raised p-6 shadow-float"
      >
        <h1 className="m-0 text-lg font-semibold">{t.title}</h1>
        <p className="m-0">{t.safe}</p>
        <p className="m-0 rounded-md bg-sunken px-3 py-2 wrap-anywhere text-muted select-text">{error.message}</p>
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" autoFocus onClick={() => location.reload()}>
            {t.restore}
          </Button>
          <Button onClick={() => void client.app.showLog().catch(() => undefined)}>{t.showLog}</Button>
          <Button onClick={copy}>{copied ? t.copied : t.copy}</Button>
        </div>
      </div>
    </main>
  )
}
