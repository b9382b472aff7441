import type { AnalysisContext } from '../analyses/analysis';
import type { DataLibraries } from '../data/dataSet';
import type { LayerCache } from './layerCache';
import type { OperationInput, OperationName, OperationOutput } from './operationTypes';
import type { RememberedData } from './rememberedData';

/** What an operation may use beyond what an analysis may: files on this machine. */
export interface OperationContext<Part> extends AnalysisContext<Part> {
  readonly cache: LayerCache | undefined;
  readonly runtimePath: string;
  /** Where a faster TensorFlow may be installed; none unless given. */
  readonly acceleratorFolders?: readonly string[] | undefined;
  readonly libraries: DataLibraries;
  /** Of an operation on several models: data that stays open from one to the next. */
  readonly remembered?: RememberedData | undefined;
  /** Runs another operation elsewhere, which hands out nothing before its end. Left out where there is one thread. */
  readonly operation?: <Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
  ) => Promise<OperationOutput<Name>>;
  /** No result depends on it. */
  readonly threads: number;
  /** The built dist/helper.js, for threads that help with one computation. */
  readonly helperPath?: string | undefined;
}
