import type { StateDelta } from '../../domain/change.ts'

/** A growing StateDelta. The last entry for a pair counts. */
export class DeltaColumns implements StateDelta {
  #imageIds = new Int32Array(16)
  #labelIds = new Int32Array(16)
  #states = new Int8Array(16)
  #length = 0

  get length(): number {
    return this.#length
  }

  get imageIds(): Int32Array {
    return this.#imageIds.subarray(0, this.#length)
  }

  get labelIds(): Int32Array {
    return this.#labelIds.subarray(0, this.#length)
  }

  get states(): Int8Array {
    return this.#states.subarray(0, this.#length)
  }

  push(imageId: number, labelId: number, state: number): void {
    if (this.#length === this.#states.length) this.#grow()
    this.#imageIds[this.#length] = imageId
    this.#labelIds[this.#length] = labelId
    this.#states[this.#length] = state
    this.#length++
  }

  #grow(): void {
    const size = this.#length * 2
    const [imageIds, labelIds, states] = [new Int32Array(size), new Int32Array(size), new Int8Array(size)]
    imageIds.set(this.#imageIds)
    labelIds.set(this.#labelIds)
    states.set(this.#states)
    this.#imageIds = imageIds
    this.#labelIds = labelIds
    this.#states = states
  }
}
