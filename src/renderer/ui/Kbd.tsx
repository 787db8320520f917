/** A key, as it is printed on the keyboard. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded border border-line bg-canvas px-1 font-sans text-[11px] text-muted">
      {keys}
    </kbd>
  )
}
