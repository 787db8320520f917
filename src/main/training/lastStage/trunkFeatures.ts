import type { Backbone } from '../../backbone/backbone.ts'
import { FeatureReader } from '../../backbone/cache/featureReader.ts'
import type { LastStage } from '../../backbone/resolve/cutBackbone.ts'
import { UserError } from '../../base/errors.ts'
import type { LastStageSource } from './tune.ts'

/**
 * Opens the cached features of a backbone's trunk, the part before its last stage.
 * @param keys SHA-256 of each image, [N]
 * @throws UserError `trunk-features-missing`
 */
export async function openTrunkFeatures(
  backbone: Backbone,
  stage: LastStage,
  cacheFolder: string,
  keys: readonly string[],
): Promise<{ source: LastStageSource; close(): Promise<void> }> {
  const { trunk } = stage
  const reader = await FeatureReader.open(cacheFolder, trunk)
  const missing = reader ? reader.missing(keys).length : keys.length
  if (!reader || missing > 0) {
    await reader?.close()
    throw new UserError(
      'trunk-features-missing',
      `${missing === 1 ? 'One image can’t' : `${missing} images can’t`} be read again, which training the last stage requires.`,
      'Restore the missing files, or train without --unfreeze.',
    )
  }
  const records = reader.recordsOf(keys)
  const size = trunk.grid.height * trunk.grid.width * trunk.dimension
  const readTrunk = (rows: Int32Array): Promise<Float16Array> =>
    reader.readGrid(
      rows.map((row) => records[row]),
      new Float16Array(rows.length * size),
    )
  return { source: { backbone, stage, readTrunk }, close: () => reader.close() }
}
