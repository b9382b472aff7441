export { Engine } from './engine';
export type { CacheOptions, EngineOptions, RunOptions } from './engine';
export type * from './operations';
