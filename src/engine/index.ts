export { Engine } from './engine';
export { checkOutput, writeWhole } from './outputFile';
export { FolderTimeline, type TimelineInput, type TimelineListeners } from './timeline/folderTimeline';
export { VERSION } from './version';
export { ownInputs } from '../probes/followingInputs';
export type { CacheOptions, EngineOptions, RunOptions } from './engine';
export type * from './operationTypes';
export type * from './redundancyTypes';
export type * from './timelineTypes';
