export { Engine } from './engine';
export { checkOutput, writeWhole } from './outputFile';
export { VERSION } from './version';
export { ownInputs } from '../probes/followingInputs';
export type { CacheOptions, EngineOptions, RunOptions } from './engine';
export type * from './operationTypes';
export type * from './redundancyTypes';
