import path from 'node:path';
import { Fault } from '../base/fault';
import { capture, type Capture, type CaptureOptions } from '../probes/capture';
import type { InputRows } from '../probes/inputRows';
import type { OpenModel } from './openModelFile';
import type { InspectInput } from './operationTypes';

export interface CaptureRowsOptions extends Omit<CaptureOptions, 'runtime'> {
  readonly runtimePath: string;
  readonly acceleratorFolders?: readonly string[] | undefined;
}

/** Runs a model on rows. Rows that do not fit are the data's fault, all else the model's. */
export async function captureRows(
  { model, name }: OpenModel,
  rows: InputRows,
  data: InspectInput['data'],
  { runtimePath, acceleratorFolders, ...options }: CaptureRowsOptions,
): Promise<Capture> {
  try {
    return await capture(model, rows, {
      ...options,
      runtime: { folder: path.dirname(runtimePath), acceleratorFolders },
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.code === 'cancelled') throw error;
    throw error.at(error.code === 'shape-mismatch' && typeof data === 'string' ? data : name);
  }
}
