import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capture } from '../../../src/probes/capture';
import { einsum } from '../../../src/probes/tfjs/einsum';
import { loadLibrary } from '../../../src/probes/tfjs/loadLibrary';
import { referencesOf } from '../../models/keras/npzFile';
import {
  constant,
  functionOf,
  graphOf,
  node,
  openSavedModel,
  savedModel,
} from '../../models/savedModel/savedModelFiles';
import { largestDifference, runtime } from '../references';

describe('a SavedModel computes what TensorFlow computes', () => {
  for (const name of ['res', 'mha', 'misc', 'ops', 'rnn']) {
    it(name, async () => {
      const references = referencesOf(`${name}.npz`);
      const { shape, values } = references.get('__input0__')!;
      const rows = { rows: shape[0]!, rowShape: shape.slice(1), values };
      const { layers, failures } = await capture(openSavedModel(savedModel(name)), rows, {
        runtime,
        reduction: 'flatten',
      });
      assert.deepEqual(failures, []);
      assert.ok(layers.length >= 4);
      assert.ok(largestDifference(layers.at(-1)!.values, references.get('__output__')!.values) <= 1e-4);
    });
  }
});

describe('control flow of a SavedModel', () => {
  const outputFor = async (files: Parameters<typeof openSavedModel>[0], value: number) => {
    const model = openSavedModel(files);
    const rows = { rows: 1, rowShape: [], values: Float32Array.of(value) };
    const { layers, failures } = await capture(model, rows, { runtime, reduction: 'flatten' });
    assert.deepEqual(failures, []);
    assert.deepEqual(
      layers.map(layer => layer.name),
      ['y'],
    );
    return layers[0]!.values[0]!;
  };

  it('takes the branch that its condition says, constants of the other left alone', async () => {
    const same = functionOf('same', 'r:activations:0', [node('r', 'Relu', ['x'])]);
    const fixed = functionOf('fixed', 'c:output:0', [constant('c', [1])]);
    const choice = node('choice', 'StatelessIf', ['above', 'x'], { then_branch: 'same', else_branch: 'fixed' });
    const nodes = [constant('two', []), node('above', 'Greater', ['x', 'two']), choice, node('y', 'Tanh', ['choice'])];
    const files = graphOf(nodes, [same, fixed]);
    assert.ok(Math.abs((await outputFor(files, 3)) - Math.tanh(3)) < 1e-6);
    assert.ok(Math.abs((await outputFor(files, 1)) - Math.tanh(2)) < 1e-6);
  });

  it('goes round as long as its condition holds, also not at all', async () => {
    const body = functionOf('body', 'a:z:0', [constant('two', []), node('a', 'AddV2', ['x', 'two:output:0'])]);
    const condition = functionOf('condition', 'l:z:0', [constant('two', []), node('l', 'Less', ['x', 'two:output:0'])]);
    const loop = node('loop', 'While', ['x'], { cond: 'condition', body: 'body' });
    const files = graphOf([loop, node('y', 'Tanh', ['loop:0'])], [body, condition]);
    for (const [from, to] of [
      [-3, 3],
      [1.5, 3.5],
      [2.5, 2.5],
    ] as const)
      assert.ok(Math.abs((await outputFor(files, from)) - Math.tanh(to)) < 1e-6, `from ${from}`);
  });
});

describe('a sum of products', () => {
  it('is what its letters say', async () => {
    const { tf } = await loadLibrary(runtime);
    const sizes: Record<string, number> = { a: 2, b: 3, c: 4, d: 5, e: 2 };
    const make = (term: string, seed: number) => {
      const shape = [...term].map(letter => sizes[letter]!);
      const size = shape.reduce((x, y) => x * y, 1);
      return { term, shape, values: Float32Array.from({ length: size }, (_, i) => Math.sin(i + seed)) };
    };
    for (const equation of [
      'abc,cde->abde',
      'abcd,aecd->acbe',
      'ab,bc->ca',
      'ab,ab->a',
      'abc,b->ac',
      'abd,c->abc',
      'abc->ca',
    ]) {
      const [left, out] = equation.split('->') as [string, string];
      const operands = left.split(',').map(make);
      const result = tf.tidy(() =>
        einsum(
          tf,
          equation,
          operands.map(({ shape, values }) => tf.tensor(values, shape)),
        ).dataSync(),
      );
      // Over all values of all letters, one product each.
      const letters = [...new Set(left.replace(',', ''))];
      const expected = new Float32Array([...out].reduce((size, letter) => size * sizes[letter]!, 1));
      const at: Record<string, number> = {};
      const place = (term: string) => [...term].reduce((sum, letter) => sum * sizes[letter]! + at[letter]!, 0);
      const enter = (depth: number): void => {
        const letter = letters[depth];
        if (letter === undefined) {
          expected[place(out)]! += operands.reduce((product, { term, values }) => product * values[place(term)]!, 1);
          return;
        }
        for (at[letter] = 0; at[letter] < sizes[letter]!; at[letter]++) enter(depth + 1);
      };
      enter(0);
      assert.ok(largestDifference(result, expected) < 1e-4, equation);
    }
  });
});
