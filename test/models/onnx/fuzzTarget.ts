import type { Random } from '../../../src/base/random';
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
  varint,
  weights,
  type Bytes,
} from '../onnxBuilder';
import { FakeSiblings, openBytes } from '../openBytes';

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

/** Where each field of a message begins and ends, at all depths that parse as messages. */
function fields(
  content: Bytes,
  from: number,
  to: number,
  depth: number,
  into: { tag: number; start: number; end: number }[],
): boolean {
  const found: typeof into = [];
  let at = from;
  const read = () => {
    let number = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= to) return -1;
      const byte = content[at++]!;
      number += (byte & 127) * 2 ** shift;
      if (byte < 128) return number;
    }
    return -1;
  };
  while (at < to) {
    const tag = at;
    const key = read();
    const type = key & 7;
    if (key < 8) return false;
    if (type === 0) {
      const start = at;
      if (read() < 0) return false;
      found.push({ tag, start, end: at });
    } else if (type === 2) {
      const length = read();
      if (length < 0 || at + length > to) return false;
      found.push({ tag, start: at, end: at + length });
      if (depth < 8) fields(content, at, at + length, depth + 1, found);
      at += length;
    } else if (type === 5 || type === 1) {
      found.push({ tag, start: at, end: at + (type === 5 ? 4 : 8) });
      at += type === 5 ? 4 : 8;
      if (at > to) return false;
    } else return false;
  }
  into.push(...found);
  return true;
}

const NUMBERS = [0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 32n + 1n, 2n ** 53n, 2n ** 62n, 2n ** 64n - 1n];
const TEXTS = [
  '',
  '..',
  '/etc/passwd',
  '../x',
  'x',
  'y',
  '\u0000',
  '*/_ORT_MEM_ADDR_/*',
  'Loop',
  'Scan',
  '__proto__',
  'a'.repeat(300),
];

function mutate(content: Bytes, random: Random): Bytes {
  const found: { tag: number; start: number; end: number }[] = [];
  fields(content, 0, content.length, 0, found);
  const pick = () => found[random.integer(found.length)];
  const splice = (from: number, to: number, put: Bytes) => join(content.slice(0, from), put, content.slice(to));
  const field = pick();
  if (field === undefined) return content.slice(0, random.integer(content.length + 1));
  switch (random.integer(8)) {
    case 0: // a bit
      return content.map((byte, i) => (i === field.start ? byte ^ (1 << random.integer(8)) : byte));
    case 1: // a number, or a length that no longer fits
      return splice(field.start, field.end, varint(NUMBERS[random.integer(NUMBERS.length)]!));
    case 2: // gone
      return splice(field.tag, field.end, new Uint8Array(0));
    case 3: // twice
      return splice(field.end, field.end, content.slice(field.tag, field.end));
    case 4: {
      // the content of another field
      const other = pick() ?? field;
      return splice(field.start, field.end, content.slice(other.start, other.end));
    }
    case 5: {
      // a text of the same length, so that all lengths still fit
      const text = TEXTS[random.integer(TEXTS.length)]!.padEnd(field.end - field.start, 'z').slice(
        0,
        field.end - field.start,
      );
      return splice(
        field.start,
        field.end,
        Uint8Array.from(text, character => character.charCodeAt(0)),
      );
    }
    case 6: // cut
      return content.slice(0, random.integer(content.length));
    default: // another field's number or wire type
      return content.map((byte, i) => (i === field.tag ? random.integer(256) : byte));
  }
}

export const onnxTarget: FuzzTarget = {
  name: 'onnx',
  corpus,
  mutate,
  read(content) {
    const siblings = new FakeSiblings({ 'w.bin': new Uint8Array(388) });
    // Warnings read all weights.
    void openBytes(content, siblings).warnings;
    for (const name of siblings.opened) {
      if (name.startsWith('/') || name.split(/[\\/]/).includes('..')) throw new Error(`opened ${name}`);
    }
  },
};
