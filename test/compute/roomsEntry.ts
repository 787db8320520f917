import { embed, featuresOf } from '../../src/main/backbone/embed/embed.ts'
import { resolveBackbone } from '../../src/main/backbone/resolve/resolve.ts'
import { serveTasks } from '../../src/main/compute/server.ts'
import { renderImage } from '../../src/main/images/render.ts'
import { scan } from '../../src/main/images/scan.ts'
import { ensureThumbnail } from '../../src/main/images/thumbnails.ts'

interface OneImage {
  path: string
  sha256: string
  cacheFolder: string
}

/** The tasks of the rooms, as the compute process has them. */
export const tasks = {
  scan,
  embed,
  featuresOf,
  resolve: ({ specification }: { specification: string }) => resolveBackbone(specification),
  thumbnail: ({ path, sha256, cacheFolder }: OneImage) => ensureThumbnail(path, sha256, cacheFolder),
  render: ({ path, sha256, cacheFolder }: OneImage) => renderImage(path, sha256, cacheFolder),
}

serveTasks(tasks)
