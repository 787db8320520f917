/** All that crosses the bridge, in one place to import from. */

export * from './base.ts'
export * from './exchange.ts'
export * from './images.ts'
export * from './labelByLabel.ts'
export * from './labels.ts'
export * from './marks.ts'
export * from './models.ts'
export * from './program.ts'
export * from './project.ts'
export * from './state.ts'
export * from './suggestions.ts'
export * from './training.ts'
