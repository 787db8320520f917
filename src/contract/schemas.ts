/**
 * What crosses the bridge, as schemas: everything that comes in is checked against them, whoever sends it.
 * Bulk data (the ids of 100,000 images) passes as bytes, images by a route of their own (`imageUrl`).
 */
export * from './schemas/bounds.ts'
export * from './schemas/exchange.ts'
export * from './schemas/images.ts'
export * from './schemas/labels.ts'
export * from './schemas/models.ts'
export { id } from './schemas/numbers.ts'
export * from './schemas/program.ts'
export * from './schemas/project.ts'
