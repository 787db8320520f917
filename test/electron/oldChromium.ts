/* What Chromium 108 lacks of what the pages use. Nothing of it is in the product: Electron of today has it all. */

const lacking = {
  toSorted<Item>(this: Item[], order?: (a: Item, b: Item) => number) {
    return [...this].sort(order)
  },
  toReversed<Item>(this: Item[]) {
    return [...this].reverse()
  },
  toSpliced<Item>(this: Item[], ...change: [start: number, count: number, ...items: Item[]]) {
    const copy = [...this]
    copy.splice(...change)
    return copy
  },
  with<Item>(this: Item[], at: number, item: Item) {
    return Object.assign([...this], { [at < 0 ? this.length + at : at]: item })
  },
}

for (const [name, value] of Object.entries(lacking)) {
  if (!(name in Array.prototype)) {
    Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true })
  }
}

if (!('toBase64' in Uint8Array.prototype)) {
  const value = function (this: Uint8Array) {
    return btoa(Array.from(this, (byte) => String.fromCharCode(byte)).join(''))
  }
  Object.defineProperty(Uint8Array.prototype, 'toBase64', { value, writable: true, configurable: true })
}
