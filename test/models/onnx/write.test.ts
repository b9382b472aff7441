import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { bypass } from '../../../src/models/onnx/bypass';
import type { OnnxModel } from '../../../src/models/onnx/onnxModel';
import { capture } from '../../../src/probes/capture';
import * as onnx from '../onnxBuilder';
import { openOnnx } from '../openBytes';
import { alone, codeOf, difference, newTensors, siblingsOf, written, type Files } from '../written';

const projectFolder = path.join(import.meta.dirname, '..', '..', '..');

function open(files: Files): OnnxModel {
  return openOnnx(files.model, siblingsOf(files));
}

/** All stored tensors as they lie in the file. */
function storedIn(model: OnnxModel) {
  return new Map(
    [...model.file.graph.initializers].map(([name, tensor]) => {
      const stored = model.values.stored(tensor);
      return [name, { shape: stored.shape, type: tensor.kind.type, bytes: stored.bytes(0, stored.size).slice() }];
    }),
  );
}

function bytesOf(values: ArrayLike<number>) {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** What each layer gives for a few rows in ONNX Runtime. */
async function activations(model: OnnxModel, width: number) {
  const rows = 3;
  const values = Float32Array.from({ length: rows * width }, (_, i) => Math.cos(i));
  const result = await capture(
    model,
    { rows, rowShape: [width], values },
    {
      runtime: { folder: projectFolder, kind: 'native' },
      reduction: 'flatten',
    },
  );
  assert.deepEqual(result.failures, []);
  return new Map(result.layers.map(layer => [layer.name, [...layer.values]]));
}

/** fc1 (8 → 6) → relu1 → fc2 (6 → 6) → relu2 → fc3 (6 → 2), with notes of shapes and fields that nobody knows. */
function network(more: { readonly irVersion?: number; readonly listed?: boolean } = {}) {
  const layer = (name: string, from: string, to: string) =>
    onnx.node('Gemm', [from, `${name}.weight`, `${name}.bias`], [to], {
      name: `/${name}/Gemm`,
      attributes: { transB: 1 },
    });
  const unknown = onnx.bytes(99, 'a field of a later version');
  const sizes = { fc1: [6, 8], fc2: [6, 6], fc3: [2, 6] } as const;
  const initializers = Object.entries(sizes).flatMap(([name, [out, into]]) => [
    onnx.join(
      onnx.tensor(`${name}.weight`, [out, into], onnx.weights(out * into)),
      onnx.bytes(12, 'documented'),
      unknown,
    ),
    onnx.tensor(`${name}.bias`, [out], onnx.weights(out)),
  ]);
  const inputs = [onnx.value('input', ['batch', 8])];
  if (more.listed === true) inputs.push(onnx.value('fc1.weight', [6, 8]), onnx.value('fc1.bias', [6]));
  return onnx.model(
    onnx.join(
      unknown,
      onnx.graph({
        nodes: [
          layer('fc1', 'input', 'a'),
          onnx.join(onnx.node('Relu', ['a'], ['b'], { name: '/relu1/Relu' }), unknown),
          layer('fc2', 'b', 'c'),
          onnx.node('Relu', ['c'], ['d'], { name: '/relu2/Relu' }),
          layer('fc3', 'd', 'logits'),
        ],
        initializers,
        inputs,
        outputs: [onnx.value('logits', ['batch', 2])],
        values: [onnx.value('a', ['batch', 6]), onnx.value('b', ['batch', 6]), onnx.value('d', ['batch', 6])],
      }),
    ),
    { metadata: { made: 'by hand' }, ...(more.irVersion === undefined ? {} : { irVersion: more.irVersion }) },
  );
}

const picked = (values: ArrayLike<number>, keep: (i: number) => boolean) =>
  Array.from(values).filter((_, i) => keep(i));

/** Units 1 and 4 of fc1 taken out, with the columns of fc2 that read them. */
function withoutUnits(model: OnnxModel): ModelChanges {
  const units = (i: number) => i !== 1 && i !== 4;
  const read = (name: string) => model.readWeight(name).values;
  return {
    tensors: new Map<string, NewTensor>([
      ['fc1.weight', { shape: [4, 8], values: picked(read('fc1.weight'), i => units(Math.floor(i / 8))) }],
      ['fc1.bias', { shape: [4], values: picked(read('fc1.bias'), units) }],
      ['fc2.weight', { shape: [6, 4], values: picked(read('fc2.weight'), i => units(i % 6)) }],
    ]),
  };
}

describe('an ONNX file that is written again', () => {
  it('is the same file where nothing changes', () => {
    assert.deepEqual(written(alone(network()), {}), alone(network()));
  });

  it('differs in the bytes of the changed tensor alone, where that keeps its shape', () => {
    const before = network();
    const { model } = written(alone(before), {
      tensors: new Map([['fc2.bias', { shape: [6], values: [1, 2, 3, 4, 5, 6] }]]),
    });
    const { first, last } = difference(before, model)!;
    const { storage } = open(alone(before)).file.graph.initializers.get('fc2.bias')!;
    assert.ok(storage.at === 'raw' && first >= storage.range.start && last < storage.range.end);
  });

  it('keeps fields that nobody knows, and the order of all', () => {
    const before = network();
    const { model } = written(alone(before), withoutUnits(open(alone(before))));
    const unknown = 'a field of a later version';
    const count = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes).split(unknown).length - 1;
    assert.equal(count(model), count(before));
    assert.equal(count(model), 5);
    const names = (bytes: onnx.Bytes) => [...open(alone(bytes)).file.graph.initializers.keys()];
    assert.deepEqual(names(model), names(before));
  });

  it('gives what was asked for, whatever is changed, and leaves every other tensor bit by bit', () => {
    const before = network();
    const stored = storedIn(open(alone(before)));
    const changes = fc.record(
      Object.fromEntries([...stored].map(([name, { shape }]) => [name, fc.option(newTensors(shape))])),
    );
    fc.assert(
      fc.property(changes, chosen => {
        const tensors = new Map(Object.entries(chosen).filter((one): one is [string, NewTensor] => one[1] !== null));
        let files;
        try {
          files = written(alone(before), { tensors });
        } catch (error) {
          // Shapes that do not fit each other may be refused; what is written has those that were asked for.
          assert.equal(
            codeOf(() => {
              throw error;
            }),
            'usage',
          );
          return;
        }
        for (const [name, tensor] of storedIn(open(files))) {
          const change = tensors.get(name);
          if (change === undefined) assert.deepEqual(tensor, stored.get(name));
          else {
            assert.deepEqual(tensor.shape, change.shape);
            assert.ok('values' in change);
            assert.deepEqual(tensor.bytes, bytesOf(change.values));
          }
        }
      }),
    );
  });

  it('runs with fewer units, and gives the activations of those that are left', async () => {
    for (const options of [{}, { irVersion: 3, listed: true }]) {
      const before = open(alone(network(options)));
      const files = written(alone(network(options)), withoutUnits(before));
      const after = open(files);
      assert.ok(files.model.length < before.source.size - 2 * 9 * 4);
      // What is noted of shapes downstream is left out, and found again.
      assert.deepEqual([...after.file.graph.values.keys()], []);
      assert.deepEqual(after.layers.find(layer => layer.name === 'fc1')?.outputShape, [null, 4]);
      const [wide, narrow] = [await activations(before, 8), await activations(after, 8)];
      const units = (i: number) => i % 6 !== 1 && i % 6 !== 4;
      assert.deepEqual(narrow.get('fc1'), picked(wide.get('fc1')!, units));
      assert.equal(narrow.get('fc3')!.length, wide.get('fc3')!.length);
    }
  });

  it('takes a layer out: what read it reads what came before', async () => {
    const before = open(alone(network()));
    const files = written(alone(network()), bypass(before, 'b', 'd'));
    const after = open(files);
    assert.deepEqual(
      after.layers.map(layer => layer.name),
      ['fc1', 'relu1', 'fc3'],
    );
    assert.deepEqual([...after.file.graph.initializers.keys()], ['fc1.weight', 'fc1.bias', 'fc3.weight', 'fc3.bias']);
    assert.deepEqual([...after.file.graph.values.keys()], ['a', 'b']);
    const [wide, narrow] = [await activations(before, 8), await activations(after, 8)];
    assert.deepEqual(narrow.get('relu1'), wide.get('relu1'));
    const weight = before.readWeight('fc3.weight').values;
    const [logit] = [0, 1].map(out =>
      narrow
        .get('relu1')!
        .slice(0, 6)
        .reduce((sum, x, i) => sum + x * weight[out * 6 + i]!, before.readWeight('fc3.bias').values[out]!),
    );
    assert.ok(Math.abs(narrow.get('fc3')![0]! - logit!) < 1e-5);
  });

  it('keeps the name of an output whose layer is taken out', async () => {
    const bytes = onnx.perceptron([4, 4, 4]);
    const files = written(alone(bytes), bypass(open(alone(bytes)), '/relu1/Relu_output_0', 'logits'));
    const after = open(files);
    assert.deepEqual(
      after.outputs.map(output => output.name),
      ['logits'],
    );
    assert.deepEqual(
      after.file.graph.nodes.map(node => node.op),
      ['Gemm', 'Relu', 'Identity'],
    );
    await activations(after, 4);
  });

  it('inserts nodes and tensors, sets attributes, and declares shapes', async () => {
    const before = open(alone(network()));
    const scale = { shape: [1], values: [2], type: 'float32' as const };
    const files = written(alone(network()), {
      tensors: new Map([
        ['fc3.weight', { shape: [3, 6], values: new Float32Array(18) }],
        ['fc3.bias', { shape: [3], values: [1, 2, 3] }],
      ]),
      onnx: {
        insertedNodes: [{ before: 'c', node: { name: 'twice', op: 'Mul', inputs: ['b', 'scale'], outputs: ['b2'] } }],
        inputs: new Map([['c', new Map([[0, 'b2']])]]),
        added: new Map([['scale', scale]]),
        attributes: new Map([
          [
            'logits',
            new Map([
              ['alpha', { float: 0.5 }],
              ['transB', { integer: 1 }],
            ]),
          ],
        ]),
        shapes: new Map([['logits', ['batch', 3]]]),
      },
    });
    const after = open(files);
    assert.deepEqual(after.outputs[0]!.shape, [null, 3]);
    const [one, two] = [await activations(before, 8), await activations(after, 8)];
    assert.deepEqual(
      two.get('twice'),
      one.get('relu1')!.map(value => 2 * value),
    );
    assert.deepEqual(two.get('fc3')!.slice(0, 3), [1, 2, 3]);
    const gemm = after.file.graph.nodes.at(-1)!;
    assert.equal(gemm.attributes.get('alpha')!.float, 0.5);
  });

  it('keeps values in the repeated field that they stood in', () => {
    const typed = onnx.join(
      onnx.int(1, 3),
      onnx.int(2, 7),
      onnx.bytes(8, 'shape'),
      onnx.int(7, -1),
      onnx.int(7, 2),
      onnx.int(7, 4),
    );
    const model = onnx.model(
      onnx.graph({
        nodes: [onnx.node('Reshape', ['input', 'shape'], ['out'])],
        initializers: [typed],
        inputs: [onnx.value('input', ['batch', 8])],
        outputs: [onnx.value('out', [null, null, null])],
      }),
    );
    const after = open(written(alone(model), { tensors: new Map([['shape', { shape: [2], values: [-1, 4] }]]) }));
    const shape = after.file.graph.initializers.get('shape')!;
    assert.equal(shape.storage.at, 'typed');
    assert.deepEqual(after.values.integers(shape), [-1, 4]);
  });

  it('changes the value of a constant', () => {
    const model = onnx.model(
      onnx.graph({
        nodes: [
          onnx.node('Constant', [], ['shape'], {
            attributes: { value: { tensor: onnx.int64Tensor('', [2], [0, 8]) } },
          }),
          onnx.node('Reshape', ['input', 'shape'], ['out']),
        ],
        inputs: [onnx.value('input', ['batch', 8])],
        outputs: [onnx.value('out', ['batch', null])],
      }),
    );
    const after = open(written(alone(model), { tensors: new Map([['shape', { shape: [3], values: [0, 2, 4] }]]) }));
    assert.deepEqual(after.values.integers(after.file.graph.nodes[0]!.attributes.get('value')!.tensor!), [0, 2, 4]);
  });

  it('rewires what sub-graphs read, but not what they call by the same name themselves', () => {
    const branch = (nodes: readonly onnx.Bytes[], out: string) =>
      onnx.graph({ nodes, outputs: [onnx.value(out)] }, 'branch');
    const model = onnx.model(
      onnx.graph({
        nodes: [
          onnx.node('Relu', ['input'], ['x']),
          onnx.node('Neg', ['x'], ['y']),
          onnx.node('If', ['condition'], ['out'], {
            attributes: {
              then_branch: { graph: branch([onnx.node('Abs', ['y'], ['t'])], 't') },
              else_branch: { graph: branch([onnx.node('Exp', ['x'], ['e'])], 'e') },
            },
          }),
        ],
        inputs: [onnx.value('input', ['batch', 2]), onnx.value('condition', [], 9)],
        outputs: [onnx.value('out')],
      }),
    );
    const after = open(written(alone(model), bypass(open(alone(model)), 'x', 'y')));
    assert.deepEqual(
      after.file.graph.nodes.map(node => node.op),
      ['Relu', 'If'],
    );
    const inner = [...after.file.graph.nodes[1]!.attributes.values()].flatMap(attribute => attribute.graphs);
    assert.deepEqual(
      inner.map(graph => graph.nodes[0]!.inputs),
      [['x'], ['x']],
    );
  });

  it('refuses nodes and tensors that are not there, changes that do not fit, and damaged files', () => {
    const fault = (changes: ModelChanges) => codeOf(() => written(alone(network()), changes));
    assert.equal(fault({ tensors: new Map([['fc9.bias', { shape: [1], values: [1] }]]) }), 'not-found');
    assert.equal(fault({ onnx: { removedNodes: new Set(['nothing']) } }), 'not-found');
    assert.equal(fault({ onnx: { inputs: new Map([['a', new Map([[7, 'b']])]]) } }), 'not-found');
    assert.equal(fault({ onnx: { shapes: new Map([['a', [1]]]) } }), 'not-found');
    assert.equal(fault({ onnx: { removedNodes: new Set(['b']) } }), 'usage');
    assert.equal(fault({ onnx: { inputs: new Map([['a', new Map([[0, 'd']])]]) } }), 'usage');
    assert.equal(fault({ removed: new Set(['fc1.bias']) }), 'usage');
    assert.equal(
      codeOf(() => written(alone(network().slice(0, -40)), {})),
      'corrupt',
    );
  });
});

describe('an ONNX file with its weights beside it', () => {
  /** Three tensors in one file, the first two aligned, and a gap between. */
  function files(alignment = 64): Files {
    const sizes = { one: 4, two: 6, three: 2 };
    const weights = new Uint8Array(3 * alignment);
    const initializers = Object.entries(sizes).map(([name, size], i) => {
      weights.set(bytesOf(onnx.weights(size)), i * alignment);
      const entries = {
        location: 'weights.bin',
        offset: String(i * alignment),
        length: String(4 * size),
        checksum: 'abc',
      };
      return onnx.externalTensor(name, [size], entries);
    });
    const model = onnx.model(
      onnx.graph({
        nodes: [
          onnx.node('Concat', ['one', 'two', 'three'], ['all'], { attributes: { axis: 0 } }),
          onnx.node('Sum', ['input', 'all'], ['out']),
        ],
        initializers,
        inputs: [onnx.value('input', [null])],
        outputs: [onnx.value('out', [null])],
      }),
    );
    return { model, beside: { 'weights.bin': weights } };
  }

  it('is the same files where nothing changes', () => {
    assert.deepEqual(written(files(), {}), files());
  });

  it('differs in the values of the changed tensor alone, where that keeps its shape', () => {
    const after = written(files(), { tensors: new Map([['two', { shape: [6], values: [9, 9, 9, 9, 9, 9] }]]) });
    const { first, last } = difference(files().beside['weights.bin']!, after.beside['weights.bin']!)!;
    assert.ok(first >= 64 && last < 64 + 24);
    // Only the checksum of the changed one is gone.
    assert.equal(new TextDecoder('latin1').decode(after.model).split('checksum').length, 3);
  });

  it('moves tensors behind a changed one, keeps their alignment, and leaves them bit by bit', () => {
    const before = storedIn(open(files()));
    const shapes = fc.record(
      Object.fromEntries([...before].map(([name, { shape }]) => [name, fc.option(newTensors(shape))])),
    );
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom(64, 4096),
        fc.constantFrom(undefined, 'one', 'three'),
        (chosen, alignment, removed) => {
          const tensors = new Map(Object.entries(chosen).filter((one): one is [string, NewTensor] => one[1] !== null));
          if (removed !== undefined) tensors.delete(removed);
          const changes: ModelChanges =
            removed === undefined
              ? { tensors }
              : {
                  tensors,
                  removed: new Set([removed]),
                  onnx: { inputs: new Map([['all', new Map([[removed === 'one' ? 0 : 2, 'two']])]]) },
                };
          const model = open(written(files(alignment), changes));
          for (const [name, tensor] of storedIn(model)) {
            const change = tensors.get(name);
            const { storage } = model.file.graph.initializers.get(name)!;
            assert.ok(storage.at === 'external' && storage.offset % alignment === 0);
            if (change === undefined) assert.deepEqual(tensor, before.get(name));
            else assert.deepEqual(tensor.bytes, 'values' in change ? bytesOf(change.values) : change.bytes);
          }
        },
      ),
    );
  });

  it('names the file of weights as it will be called', () => {
    const after = written(files(), {}, name => `small.${name}`);
    assert.deepEqual(Object.keys(after.beside), ['small.weights.bin']);
    assert.deepEqual(storedIn(open(after)), storedIn(open(files())));
  });
});
