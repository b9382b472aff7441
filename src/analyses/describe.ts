import type { FaultData, Warning } from '../base/fault';
import { elementBits, isBlockType } from '../models/elements';
import type { MissingProgram } from '../models/layerList/missingProgram';
import { shownLayers, type DescribedLayer } from '../models/shownLayers';
import type { Assumed, Model, TensorInfo, UnsupportedOperator } from '../models/model';
import type { Provenance } from './analysis';

/** What a model file holds, as plain data. */
export interface DescribeResult {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  /** Those in bodies of loops and branches among them. */
  readonly layers: readonly DescribedLayer[];
  readonly classNames: readonly string[] | undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly warnings: readonly Warning[];
  /** Of weights without a program: what is not known, and what would run them. */
  readonly missing?: MissingFacts;
  readonly provenance: Provenance;
}

/** `MissingProgram` as plain data. */
export interface MissingFacts extends Pick<MissingProgram, 'chain' | 'layerList'> {
  readonly fault: FaultData;
  /** Numbers in the weights: files that differ in it hold other weights, without being read. */
  readonly parameters: number;
}

/** `Assumed` as plain data. */
export interface AssumedFacts {
  readonly sentence: string;
  /** What it rests on: what a person said, the list of layers beside the file, or the shapes of the weights alone. */
  readonly by: 'answer' | 'layerList' | 'shapes';
}

/** What a model's file says without its weights being read: no warnings of what they hold, and no hash of the whole. */
export type OutlineResult = Omit<DescribeResult, 'warnings' | 'provenance'> & {
  /** Whether the file holds a network that something here runs. */
  readonly isProgram: boolean;
  /** Bytes of all tensors of all layers, about; those that are quantised in blocks are not read, and do not count. */
  readonly weightBytes: number;
  /** Of weights that run by a program that is not in their file: what was assumed. */
  readonly assumed?: AssumedFacts;
};

/** The outline of a model: as much as is read without reading weights. */
export function outlineModel(model: Model): OutlineResult {
  const { format, producer, details, inputs, outputs, parameters, classNames, unsupported } = model;
  const layers = shownLayers(model);
  const weightBytes = layers
    .flatMap(layer => layer.weights)
    .map(({ shape, type }) =>
      isBlockType(type) ? 0 : (shape.reduce((size, length) => size * length, 1) * elementBits(type)) / 8,
    )
    .reduce((sum, bytes) => sum + bytes, 0);
  return {
    ...{ format, producer, details, inputs, outputs, parameters, layers, classNames, unsupported },
    ...(model.missing === undefined ? {} : { missing: missingFacts(model.missing, parameters) }),
    ...(model.assumption === undefined ? {} : { assumed: assumedFacts(model.assumption) }),
    isProgram: model.program !== undefined,
    weightBytes,
  };
}

/** The plain description of a model: everything but its reader of weights. */
export function describeModel(model: Model, provenance: Provenance): DescribeResult {
  const { format, producer, details, inputs, outputs, parameters, classNames, unsupported, warnings } = model;
  return {
    format,
    producer,
    details,
    inputs,
    outputs,
    parameters,
    layers: shownLayers(model),
    classNames,
    unsupported,
    warnings: model.missing === undefined ? warnings : [...warnings, withoutProgram(model.missing)],
    ...(model.missing === undefined ? {} : { missing: missingFacts(model.missing, parameters) }),
    provenance,
  };
}

/** Before anything is asked to run: what is missing, and what would do. */
function withoutProgram({ fault }: MissingProgram): Warning {
  return { code: 'no-program', message: [fault.message, fault.hint].filter(text => text !== undefined).join(' ') };
}

export function missingFacts({ fault, chain, layerList }: MissingProgram, parameters: number): MissingFacts {
  return { fault: fault.toData(), chain, layerList, parameters };
}

function assumedFacts({ sentence, answer, layerList }: Assumed): AssumedFacts {
  return { sentence, by: answer !== undefined ? 'answer' : layerList !== undefined ? 'layerList' : 'shapes' };
}
