import type { AttentionParameters, AttentionResult } from '../analyses/attention/attention';
import type { Answered, DataReading, Operation } from './operationTypes';

/** What a network's heads attend to. */
export interface AttentionOperations {
  /** Graph features and Mapper graphs of heads over texts, and which of them follow syntax. */
  readonly attention: Operation<AttentionInput, never, AttentionResult>;
  /** The attention of one text in one layer, all heads. */
  readonly attentionMap: Operation<AttentionMapInput, never, AttentionMap>;
}

export interface AttentionInput extends DataReading, Answered {
  readonly model: string;
  /** Path of the texts. */
  readonly text: string;
  /** What is left out is taken from `ATTENTION_DEFAULTS`. */
  readonly parameters?: Partial<AttentionParameters>;
  readonly memoryLimitBytes?: number;
}

export interface AttentionMapInput extends DataReading, Answered {
  readonly model: string;
  readonly text: string;
  /** Counted from 0. */
  readonly row: number;
  readonly layer: number;
}

export interface AttentionMap {
  readonly layer: number;
  readonly heads: number;
  /** As the vocabulary writes them; ids where there is none. */
  readonly tokens: readonly string[];
  /** Of each token the word of the text; −1 for special ones. */
  readonly wordOf: Int32Array;
  /** Of head h from token i to j: at h·T² + i·T + j. */
  readonly values: Float32Array;
}
