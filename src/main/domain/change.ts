/** What has changed in a project, reported after the commit. */
export type ProjectChange =
  | { kind: 'states'; delta: StateDelta }
  | { kind: 'labels' | 'images' | 'models' | 'settings' }

/** New states by image and label, as columns: a bulk action has millions. */
export interface StateDelta {
  readonly length: number
  readonly imageIds: Int32Array
  readonly labelIds: Int32Array
  readonly states: Int8Array
}
