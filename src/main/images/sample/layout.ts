/** What is written into the folder of a sample, relative to it. */
export const sampleLayout = { images: 'images', labels: 'labels.txt', truth: 'truth.tsv' } as const
