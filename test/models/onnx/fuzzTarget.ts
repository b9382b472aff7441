import { bundled, editBundle, partsOf } from '../../fuzz/bundle';
import { editBytes } from '../../fuzz/editBytes';
import { editMessage } from '../../fuzz/editMessage';
import type { FuzzTarget } from '../../fuzz/target';
import {
  bytes,
  externalTensor,
  graph,
  int,
  int64Tensor,
  join,
  localFunction,
  model,
  node,
  perceptron,
  rawTensor,
  tensor,
  value,
  weights,
  type Bytes,
} from '../onnxBuilder';
import { FakeSiblings, openBytes } from '../openBytes';
import { readAll } from '../readAll';

/** Networks that use each part of the format, so that mutations reach each part of the reader. */
function corpus(): Bytes[] {
  const branch = graph({
    nodes: [node('Relu', ['h'], ['o'])],
    outputs: [value('o')],
    initializers: [tensor('i', [2], [1, 2])],
  });
  const everything = model(
    graph({
      nodes: [
        node('Conv', ['x', 'c.weight'], ['h'], {
          name: '/c/Conv',
          attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
        }),
        node('If', ['flag'], ['p'], {
          name: 'if',
          attributes: { then_branch: { graph: branch }, else_branch: { graph: branch } },
        }),
        node('Shape', ['p'], ['s']),
        node('Reshape', ['p', 'target'], ['r'], { name: '/r/Reshape' }),
        node('Constant', [], ['k'], { attributes: { value: { tensor: tensor('', [1], [2]) } } }),
        node('Mul', ['r', 'k'], ['m'], { name: 'scale' }),
        node('F', ['m', 'w'], ['y'], {
          name: '/f/F',
          domain: 'f',
          metadata: { 'pkg.torch.onnx.name_scopes': "['', 'f', 'g']" },
        }),
      ],
      initializers: [
        tensor('c.weight', [2, 1, 3, 3], weights(18)),
        rawTensor('flag', [], 9, Uint8Array.of(1)),
        int64Tensor('target', [2], [0, -1]),
        externalTensor('w', [32, 3], { location: 'w.bin', offset: '4', length: '384' }),
      ],
      inputs: [value('x', ['batch', 1, 4, 4])],
      outputs: [value('y', ['batch', 3])],
      values: [value('h', ['batch', 2, 4, 4])],
      sparse: [join(bytes(1, tensor('sp', [1], [1])), bytes(2, int64Tensor('', [1], [0])), int(3, 4))],
    }),
    {
      functions: [localFunction('f', 'F', ['a', 'b'], ['c'], [node('MatMul', ['a', 'b'], ['c'])])],
      metadata: { names: '["a", "b"]' },
    },
  );
  return [perceptron([5, 4, 3]), everything];
}

const WORDS =
  '.. /etc/passwd ../x w.bin x y w c.weight \u0000 */_ORT_MEM_ADDR_/* Loop Scan If MatMul QuantizeLinear Constant Reshape __proto__ location offset length 99999999999 -1 ai.onnx.ml'.split(
    ' ',
  );
const NO_WORDS = ['', 'a'.repeat(300), "['', 'f', 'g.0']"];

/** Graphs, and the file beside one that holds a weight. */
export const onnxTarget: FuzzTarget = {
  name: 'onnx',
  corpus: () => corpus().map(content => bundled(content, new Uint8Array(388))),
  mutate: (content, random, other) =>
    editBundle(content, random, other, [(part, from) => editMessage(part, from, [...WORDS, ...NO_WORDS]), editBytes]),
  read(content) {
    const [graphBytes, weightBytes] = partsOf(content);
    const siblings = new FakeSiblings({ 'w.bin': weightBytes! });
    readAll(openBytes(graphBytes!, siblings));
    for (const name of siblings.opened) {
      if (name.startsWith('/') || name.split(/[\\/]/).includes('..')) throw new Error(`opened ${name}`);
    }
  },
};
