/** `1 image`, `2 images`; larger numbers with separators. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

/** Files that aren't read, most frequent kind first: “3 .heic, 1 link”; '' for none. */
export function kindsText(kinds: Readonly<Record<string, number>>): string {
  return Object.entries(kinds)
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => (kind === 'link' ? counted(count, 'link') : `${count} ${kind}`))
    .join(', ')
}
