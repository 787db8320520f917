/** What our own COCO files say that they are; readers of ours look for it. */
export const schemaName = 'surmise/partial-multilabel'
export const schemaVersion = 1

export const meaningOfUnknown = 'a category in neither annotations nor neg_category_ids of an image is unknown'
