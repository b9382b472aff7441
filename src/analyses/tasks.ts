import type { LayerTaskInput } from './layerTask';
import type { LayerTopology } from './layerTopology';

/**
 * The pure pieces of work that an analysis spreads over cores: name → input and output, both structured-cloneable.
 * The table of their implementations is beside it, so that a worker needs nothing else.
 */
export interface Tasks {
  readonly layer: { readonly input: LayerTaskInput; readonly output: LayerTopology };
}

export type TaskName = keyof Tasks;
export type TaskInput<Name extends TaskName> = Tasks[Name]['input'];
export type TaskOutput<Name extends TaskName> = Tasks[Name]['output'];
