import type { Warning } from '../base/fault';
import type { Layer, Model, TensorInfo, UnsupportedOperator } from '../models/model';
import type { Provenance } from './analysis';

/** What a model file holds, as plain data. */
export interface DescribeResult {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames: readonly string[] | undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** The plain description of a model: everything but its reader of weights. */
export function describeModel(model: Model, provenance: Provenance): DescribeResult {
  const { format, producer, details, inputs, outputs, parameters, layers, classNames, unsupported, warnings } = model;
  return {
    format,
    producer,
    details,
    inputs,
    outputs,
    parameters,
    layers,
    classNames,
    unsupported,
    warnings,
    provenance,
  };
}
