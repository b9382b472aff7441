import { Fault } from '../../base/fault';
import { isFloat } from '../elements';
import type { Shape, WeightInfo } from '../model';
import type { StoredTensor } from '../storedTensor';
import { isBufferName } from '../weightsOnly/buffers';
import type { KerasLayer } from './kerasNetwork';
import type { Variable } from './layerVariables';

/** A layer's weight: where its values are, what it is to the layer. */
export interface LayerWeight {
  readonly info: WeightInfo;
  /** Such as kernel; the last part of its path where the class is not known. */
  readonly role: string;
  readonly tensor: StoredTensor;
}

/**
 * Tells which of the stored tensors is which variable of a layer: by their order, which every writer keeps; by their names where the
 * order does not fit. Throws `shape-mismatch` where a tensor has another shape than the configuration asks for, `corrupt` where one is missing.
 */
export function matchWeights(
  layer: KerasLayer,
  expected: readonly Variable[] | undefined,
  stored: readonly StoredTensor[],
): readonly LayerWeight[] {
  // States of random generators are kept beside the weights.
  const tensors = stored.filter(tensor => !/(^|\/)seed_generator/.test(tensor.name.slice(layer.name.length)));
  if (expected === undefined) return tensors.map(unknownWeight);
  if (tensors.length < expected.length) {
    const missing =
      expected.filter(one => !tensors.some(tensor => roleIn(tensor.name) === one.name))[0] ?? expected.at(-1)!;
    throw new Fault(
      'corrupt',
      `Layer ${JSON.stringify(layer.name)} (${layer.className}) should have ${expected.length} weights, but ${tensors.length} are stored: ${missing.name} is missing.`,
      { hint: 'The file is damaged, or its weights belong to another network.' },
    );
  }
  const inOrder = expected.map((_, i) => tensors[i]!);
  const ordered = tensors.length === expected.length && expected.every((one, i) => fits(one.shape, inOrder[i]!.shape));
  const named = ordered ? inOrder : expected.map(one => tensors.find(tensor => roleIn(tensor.name) === one.name));
  const chosen = named.every(tensor => tensor !== undefined) ? named : inOrder;
  return expected.map((variable, i) => {
    const tensor = chosen[i]!;
    if (!fits(variable.shape, tensor.shape)) throw mismatch(layer, variable, tensor);
    return weight(layer, variable, tensor);
  });
}

function weight(layer: KerasLayer, variable: Variable, tensor: StoredTensor): LayerWeight {
  // Keras 3 numbers variables; a number says nothing to a person.
  const name = /\/\d+$/.test(tensor.name) ? `${layer.name}/${variable.name}` : tensor.name;
  const named: StoredTensor = { ...tensor, name };
  const { shape, type } = tensor;
  return { info: { name, shape, type, trained: variable.trained }, role: variable.name, tensor: named };
}

function unknownWeight(tensor: StoredTensor): LayerWeight {
  const { name, shape, type } = tensor;
  return { info: { name, shape, type, trained: isFloat(type) && !isBufferName(name) }, role: roleIn(name), tensor };
}

/** The last part of a path, without TensorFlow's number of an output. */
function roleIn(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1).replace(/(_\d+)?(:\d+)?$/, '');
}

function fits(expected: Shape | undefined, shape: readonly number[]): boolean {
  if (expected === undefined) return true;
  return expected.length === shape.length && expected.every((dim, axis) => dim === null || dim === shape[axis]);
}

function mismatch(layer: KerasLayer, variable: Variable, tensor: StoredTensor): Fault {
  const wanted = variable.shape!.map(dim => dim ?? 'any').join(' × ');
  return new Fault(
    'shape-mismatch',
    `The ${variable.name} of layer ${JSON.stringify(layer.name)} (${layer.className}) is stored with the shape ${tensor.shape.join(' × ')}, but its configuration asks for ${wanted}.`,
    { hint: 'The weights belong to another network, or the file is damaged.' },
  );
}
