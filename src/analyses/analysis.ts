import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import type { TaskName, TaskInput, TaskOutput } from './tasks';

/** What a running analysis may ask of whoever runs it. It knows nothing of threads or files. */
export interface AnalysisContext<Partial = never> {
  readonly cancellation: Cancellation;
  readonly progress: Progress;
  /** Hands out a finished part of the result, for those who show it as it grows. */
  partial(part: Partial): void;
  /** Runs a pure task elsewhere, on as many cores as there are; the answer does not depend on how many. */
  task<Name extends TaskName>(name: Name, input: TaskInput<Name>, progress?: Progress): Promise<TaskOutput<Name>>;
}

/** What every result carries, so that it can be told from any other and made again. */
export interface Provenance {
  readonly version: string;
  /** sha256 of the file's content, in hexadecimal. */
  readonly model?: { readonly name: string; readonly sha256: string };
  readonly data?: { readonly name: string; readonly sha256: string; readonly treatment: string };
  readonly labels?: { readonly name: string; readonly sha256: string };
  /** Further files that took part, in the order in which they were given: the second of two clouds, a lens. */
  readonly files?: readonly { readonly name: string; readonly sha256: string }[];
  readonly parameters: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
  readonly seed: number;
  /** Of the libraries that took part in computing the numbers. */
  readonly libraries?: Readonly<Record<string, string>>;
}
