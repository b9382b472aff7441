import { editBytes } from '../../fuzz/editBytes';
import { type Bytes, type FuzzTarget } from '../../fuzz/target';
import { constant, DATA, functionOf, graphOf, INDEX, node, openSavedModel, savedModel } from './savedModelFiles';

const whole = savedModel('ops');
const small = graphOf(
  [constant('c', [2, 3]), node('a', 'PartitionedCall', ['x'], 'f'), node('y', 'AddV2', ['a', 'c'])],
  [functionOf('f', 'r:activations:0', [node('r', 'Relu', ['x'])])],
).graph;

const readWith = (graph: Bytes, index: Bytes) => {
  const model = openSavedModel({ graph, variables: { [INDEX]: index, [DATA]: whole.variables[DATA]! } });
  void model.warnings;
  for (const layer of model.layers) for (const weight of layer.weights) model.readWeight(weight.name);
};

/** The graph of a SavedModel, its variables being whole. */
export const savedModelTarget: FuzzTarget = {
  name: 'saved models',
  corpus: () => [whole.graph, small],
  mutate: (content, random, other) => editBytes(content, random, other),
  read: content => {
    readWith(content, whole.variables[INDEX]!);
  },
};

/** The index of the variables, its graph being whole. */
export const variablesTarget: FuzzTarget = {
  name: 'saved variables',
  corpus: () => [whole.variables[INDEX]!],
  mutate: (content, random) => editBytes(content, random, content),
  read: content => {
    readWith(whole.graph, content);
  },
};
