export { Engine } from './engine';
export { checkOutput, writeWhole } from './outputFile';
export {
  FolderTimeline,
  type TimelineForecast,
  type TimelineInput,
  type TimelineListeners,
} from './timeline/folderTimeline';
export { listCheckpoints } from './timeline/checkpointFiles';
export { VERSION } from './version';
export { ownInputs } from '../probes/followingInputs';
export type { CacheOptions, EngineOptions, RunOptions } from './engine';
export type * from './operationTypes';
export type * from './attentionTypes';
export type * from './redundancyTypes';
export type * from './mapperTypes';
export type * from './timelineTypes';
export type * from './pruneTypes';
export { SourceThread } from './source/sourceThread';
export type { SourceThreadOptions } from './source/sourceThread';
