import { findImages } from '../../pairs/query.ts'
import type { Surroundings } from '../surroundings.ts'
import { filterChoices } from './filterChoices.ts'
import { revealImage } from './reveal.ts'
import { imageDetail, imageRows } from './rows.ts'
import { removeFilter, renameFilter, savedFilters, saveFilter } from './savedFilters.ts'
import { thumbnailsOf } from './thumbnails.ts'

/** Handlers for images and saved filters. */
export const imagesHandlers = ({ os, shell, workspace }: Surroundings) => ({
  images: {
    query: os.images.query.handler(async ({ input }) => {
      const { ids } = await findImages(workspace(), input)
      return new Blob([ids as Int32Array<ArrayBuffer>])
    }),
    rows: os.images.rows.handler(({ input }) => imageRows(workspace(), input.ids)),
    detail: os.images.detail.handler(({ input }) => imageDetail(workspace(), input.id)),
    reveal: os.images.reveal.handler(({ input }) => revealImage(workspace(), input.id, shell.reveal)),
    thumbnails: os.images.thumbnails.handler(({ input }) => thumbnailsOf(workspace(), input.ids)),
  },
  filters: {
    list: os.filters.list.handler(() => savedFilters(workspace().project)),
    save: os.filters.save.handler(({ input }) => saveFilter(workspace().project, input)),
    rename: os.filters.rename.handler(({ input }) => renameFilter(workspace().project, input.name, input.to)),
    remove: os.filters.remove.handler(({ input }) => removeFilter(workspace().project, input.name)),
    choices: os.filters.choices.handler(() => filterChoices(workspace().project)),
  },
})
