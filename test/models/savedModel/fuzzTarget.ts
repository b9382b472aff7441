import { bundled, editBundle, partsOf } from '../../fuzz/bundle';
import { editBytes } from '../../fuzz/editBytes';
import { editMessage } from '../../fuzz/editMessage';
import type { Bytes, FuzzTarget } from '../../fuzz/target';
import { bytes, join } from '../onnxBuilder';
import { readAll } from '../readAll';
import { constant, DATA, functionOf, graphOf, INDEX, node, openSavedModel, savedModel } from './savedModelFiles';

const whole = savedModel('ops');
const variables = [whole.variables[INDEX]!, whole.variables[DATA]!];

const WORDS =
  'x y a c f r x:0 y:0 r:activations:0 ^x serve Relu Const VarHandleOp ReadVariableOp RestoreV2 AssignVariableOp While If StatefulPartitionedCall MatMul Conv2D shared_name value __proto__'.split(
    ' ',
  );

/** A variable, by the name under which the checkpoint has it. */
function variable(name: string, key: string): Bytes {
  const shared = bytes(5, join(bytes(1, 'shared_name'), bytes(2, bytes(2, key))));
  return join(node(name, 'VarHandleOp', []), shared);
}

/** Small graphs with functions, variables and what restores them; `ops` is one that TensorFlow wrote. */
function graphs(): Bytes[] {
  const key = 'variables/0/.ATTRIBUTES/VARIABLE_VALUE';
  const calling = graphOf(
    [constant('c', [2, 3]), node('a', 'PartitionedCall', ['x'], 'f'), node('y', 'AddV2', ['a', 'c'])],
    [functionOf('f', 'r:activations:0', [node('r', 'Relu', ['x'])])],
  );
  const reading = graphOf([variable('v', key), node('w', 'ReadVariableOp', ['v']), node('y', 'MatMul', ['x', 'w'])]);
  return [calling.graph, reading.graph];
}

/** The graph, the index of its variables, and their values. */
export const savedModelTarget: FuzzTarget = {
  name: 'saved model',
  corpus: () => graphs().map(graph => bundled(graph, ...variables)),
  mutate: (content, random, other) =>
    editBundle(content, random, other, [(part, from) => editMessage(part, from, WORDS), editBytes, editBytes]),
  read: content => {
    const [graph, index, data] = partsOf(content);
    readAll(openSavedModel({ graph: graph!, variables: { [INDEX]: index!, [DATA]: data! } }));
  },
};

/** The graph that TensorFlow wrote, which has all that a real one has. */
export const savedGraphTarget: FuzzTarget = {
  name: 'saved model of tensorflow',
  corpus: () => [whole.graph],
  mutate: (content, random) => editMessage(content, random, WORDS),
  read: content => {
    readAll(openSavedModel({ ...whole, graph: content }));
  },
};
