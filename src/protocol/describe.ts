import type { DescribeResult, MissingFacts } from '../analyses/describe';
import type { FaultData } from './results';

/**
 * What crosses between the extension host and the page that describes a model. The page asks for nothing but to inspect: which
 * model that is, the host knows.
 */
export type DescribeToView =
  | { readonly type: 'model'; readonly name: string; readonly sizeBytes: number; readonly model: DescribeResult }
  | { readonly type: 'failed'; readonly name: string; readonly fault: FaultData }
  /** The words of the page in the person's language, before anything else. */
  | { readonly type: 'words'; readonly words: DescribeWords };

export type DescribeFromView = { readonly type: 'ready' | 'inspect' | 'showLog' };

/** Every word of the page. {0} stands for a number or a name. */
export interface DescribeWords {
  readonly inspect: string;
  readonly format: string;
  readonly producer: string;
  readonly parameters: string;
  readonly fileSize: string;
  readonly classes: string;
  readonly inputs: string;
  readonly outputs: string;
  readonly layers: string;
  readonly name: string;
  readonly shape: string;
  readonly type: string;
  readonly operator: string;
  readonly outputShape: string;
  readonly weights: string;
  readonly filter: string;
  readonly noMatch: string;
  readonly shown: string;
  readonly warnings: string;
  readonly unsupported: string;
  readonly unsupportedNode: string;
  readonly layersBefore: string;
  readonly noneBefore: string;
  readonly unknown: string;
  readonly showLog: string;
  readonly metadata: string;
  readonly key: string;
  readonly value: string;
}

export type { DescribeResult, MissingFacts };
