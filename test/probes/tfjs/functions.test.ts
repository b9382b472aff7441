import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capture } from '../../../src/probes/capture';
import { loadLibrary } from '../../../src/probes/tfjs/loadLibrary';
import { faultOfTfjs, floats, integers, openTfjs, tfjsFiles, type TfjsFiles } from '../../models/tfjs/tfjsFiles';
import { largestDifference, runtime } from '../references';

const FLOAT = { type: 'DT_FLOAT' };
const T = { T: FLOAT };
const PRODUCT = { ...T, transpose_a: { b: false }, transpose_b: { b: false } };
const node = (name: string, op: string, input: readonly string[], attr: Readonly<Record<string, unknown>> = {}) => ({
  name,
  op,
  input,
  attr,
});
const constant = (name: string, type = 'DT_FLOAT') => node(name, 'Const', [], { dtype: { type } });
const calls = (name: string) => ({ func: { name, attr: {} } });
const types = (...list: string[]) => ({ list: { type: list } });

interface Arguments {
  readonly [name: string]: string;
}

/** A FunctionDef as the converter writes it with control_flow_v2: constants are called after their function. */
const func = (
  name: string,
  inputs: Arguments,
  outputs: Arguments,
  nodeDef: readonly unknown[],
  ret: Readonly<Record<string, string>>,
) => ({
  signature: {
    name,
    inputArg: Object.entries(inputs).map(([key, type]) => ({ name: key, type })),
    outputArg: Object.entries(outputs).map(([key, type]) => ({ name: key, type })),
  },
  nodeDef,
  ret,
  attr: {},
});

/**
 * x → Relu → While(i < 3: h = tanh(h · w), with a branch in it: where i < 1, h + 1, else h · 2) → Sigmoid. `loop` and `branch` are the operators.
 */
function files(loop: string, branch: string): TfjsFiles {
  const state = { i: 'DT_INT32', h: 'DT_FLOAT' };
  const library = {
    function: [
      func(
        'cond',
        state,
        { go: 'DT_BOOL' },
        [
          constant('cond/three', 'DT_INT32'),
          node('less', 'Less', ['i', 'cond/three:output:0'], { T: { type: 'DT_INT32' } }),
        ],
        { go: 'less:z:0' },
      ),
      func(
        'body',
        state,
        { i_next: 'DT_INT32', h_next: 'DT_FLOAT' },
        [
          constant('body/one', 'DT_INT32'),
          constant('body/w'),
          node('next', 'AddV2', ['i', 'body/one:output:0'], { T: { type: 'DT_INT32' } }),
          node('product', 'MatMul', ['h', 'body/w:output:0'], PRODUCT),
          node('tanh', 'Tanh', ['product:product:0'], T),
          node('first', 'Less', ['i', 'body/one:output:0'], { T: { type: 'DT_INT32' } }),
          node('choice', branch, ['first:z:0', 'tanh:y:0'], {
            Tcond: { type: 'DT_BOOL' },
            Tin: types('DT_FLOAT'),
            Tout: types('DT_FLOAT'),
            then_branch: calls('then'),
            else_branch: calls('else'),
          }),
        ],
        { i_next: 'next:z:0', h_next: 'choice:output:0' },
      ),
      func(
        'then',
        { x: 'DT_FLOAT' },
        { y: 'DT_FLOAT' },
        [constant('then/one'), node('sum', 'AddV2', ['x', 'then/one:output:0'], T)],
        { y: 'sum:z:0' },
      ),
      func(
        'else',
        { x: 'DT_FLOAT' },
        { y: 'DT_FLOAT' },
        [constant('else/two'), node('twice', 'Mul', ['x', 'else/two:output:0'], T)],
        { y: 'twice:z:0' },
      ),
    ],
  };
  const nodes = [
    node('x', 'Placeholder', [], { dtype: FLOAT, shape: { shape: { dim: [{ size: '-1' }, { size: '3' }] } } }),
    constant('zero', 'DT_INT32'),
    node('before', 'Relu', ['x'], T),
    node('loop', loop, ['zero', 'before'], {
      T: types('DT_INT32', 'DT_FLOAT'),
      cond: calls('cond'),
      body: calls('body'),
    }),
    node('after', 'Sigmoid', ['loop:1'], T),
  ];
  return tfjsFiles(
    {
      format: 'graph-model',
      generatedBy: '2.15.0',
      modelTopology: { node: nodes, library, versions: { producer: 1395 } },
    },
    [
      integers('zero', [], [0]),
      integers('cond/three', [], [3]),
      integers('body/one', [], [1]),
      floats('body/w', [3, 3]),
      floats('then/one', [], () => 1),
      floats('else/two', [], () => 2),
    ],
  );
}

const data = {
  name: 'x.npy',
  rows: 4,
  rowShape: [3],
  values: Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
};

/** What TensorFlow.js's own executor of functions gives. */
async function theirs({ json, shards }: TfjsFiles): Promise<ArrayLike<number>> {
  const { tf } = await loadLibrary(runtime);
  const converter = await import('@tensorflow/tfjs-converter');
  const [manifest] = json['weightsManifest'] as { weights: never[] }[];
  const model = await converter.loadGraphModel({
    load: () =>
      Promise.resolve({
        modelTopology: json['modelTopology'] as object,
        weightSpecs: manifest!.weights,
        weightData: Object.values(shards)[0]!.buffer,
      }),
  });
  const given = tf.tensor(Float32Array.from(data.values), [4, 3]);
  const found = await model.executeAsync({ x: given }, 'after');
  assert.ok(!Array.isArray(found));
  return found.dataSync();
}

describe('loops and branches that the converter left as functions', () => {
  for (const [loop, branch] of [
    ['While', 'If'],
    ['StatelessWhile', 'StatelessIf'],
  ] as const)
    it(`run (${loop}, ${branch}), with the numbers of TensorFlow.js’s own executor`, async () => {
      const content = files(loop, branch);
      const model = openTfjs(content);
      assert.deepEqual(model.unsupported, []);
      const { layers, failures } = await capture(model, data, { runtime, reduction: 'flatten' });
      assert.deepEqual(failures, []);
      assert.deepEqual(
        layers.map(layer => layer.name),
        ['before', 'after'],
      );
      // By hand, too: the peer could have the same fault.
      const w = model.readWeight('body/w').values;
      let h = Array.from(data.values, value => Math.max(0, value));
      for (let turn = 0; turn < 3; turn++)
        h = h.map((_, at) => {
          const row = Math.floor(at / 3) * 3;
          const tanh = Math.tanh([0, 1, 2].reduce((sum, k) => sum + h[row + k]! * w[k * 3 + (at % 3)]!, 0));
          return turn < 1 ? tanh + 1 : tanh * 2;
        });
      const expected = h.map(value => 1 / (1 + Math.exp(-value)));
      assert.ok(largestDifference(layers[1]!.values, expected) < 1e-5);
      assert.ok(largestDifference(layers[1]!.values, await theirs(content)) < 1e-6);
    });

  it('count the weights of functions, by the names that the file has for them', () => {
    const model = openTfjs(files('While', 'If'));
    assert.equal(model.parameters, 9);
    assert.deepEqual(
      model.layers.flatMap(layer => layer.weights.map(weight => [layer.name, weight.name])),
      [['after', 'body/w']],
    );
  });

  it('are refused where a function is not there, calls itself, or comes twice', () => {
    const changed = (edit: (text: string) => string): string | undefined => {
      const { json, shards } = files('While', 'If');
      return faultOfTfjs({ json: JSON.parse(edit(JSON.stringify(json))) as TfjsFiles['json'], shards })?.message;
    };
    assert.match(
      changed(text => text.replace('"func":{"name":"then"', '"func":{"name":"gone"'))!,
      /a function that is not there/,
    );
    assert.match(
      changed(text => text.replace('"func":{"name":"then"', '"func":{"name":"body"'))!,
      /too few arguments|calls itself/,
    );
    assert.match(
      changed(text => text.replace('"signature":{"name":"then"', '"signature":{"name":"else"'))!,
      /two functions are named "else"/,
    );
  });
});
