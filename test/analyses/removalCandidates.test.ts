import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { removalCandidates, type NetworkLayer } from '../../src/analyses/removalCandidates';
import type { Shape } from '../../src/models/model';

type Said = readonly [name: string, parameters: number, inputs: readonly string[], shape?: Shape];

const network = (layers: readonly Said[]): readonly NetworkLayer[] =>
  layers.map(([name, parameters, inputs, outputShape = [null, 8]], at) => ({
    name,
    parameters,
    inputs,
    outputShape,
    isOutput: at === layers.length - 1,
  }));
const found = (layers: readonly Said[]) =>
  removalCandidates(network(layers)).map(
    one => `${one.name}: ${one.entry} → ${one.exit} (${one.layers.length}) ${one.replacement}`,
  );

describe('what could be taken out of a network', () => {
  it('is each layer with parameters that reads one layer, but not the last, nor what reads the input', () => {
    assert.deepEqual(
      found([
        ['fc1', 9, []],
        ['relu1', 0, ['fc1']],
        ['fc2', 9, ['relu1']],
        ['relu2', 0, ['fc2']],
        ['fc3', 9, ['relu2'], [null, 4]],
        ['fc4', 9, ['fc3'], [null, 4]],
        ['out', 9, ['fc4'], [null, 2]],
      ]),
      ['fc2: relu1 → fc2 (1) bypass', 'fc3: relu2 → fc3 (1) linear', 'fc4: fc3 → fc4 (1) bypass'],
    );
  });

  it('is a residual block by its author’s name, as a whole and layer by layer', () => {
    assert.deepEqual(
      found([
        ['stem', 9, []],
        ['blocks.0.fc1', 9, ['stem']],
        ['blocks.0.relu', 0, ['blocks.0.fc1']],
        ['blocks.0.fc2', 9, ['blocks.0.relu']],
        ['/blocks.0/Add', 0, ['stem', 'blocks.0.fc2']],
        ['head', 9, ['/blocks.0/Add'], [null, 2]],
      ]),
      [
        'blocks.0.fc1: stem → blocks.0.fc1 (1) bypass',
        'blocks.0.fc2: blocks.0.relu → blocks.0.fc2 (1) bypass',
        'blocks.0: stem → /blocks.0/Add (4) bypass',
      ],
    );
  });

  it('is what lies between a fork and where its branches meet, without names, too', () => {
    const layers: Said[] = [
      ['conv_a', 9, []],
      ['conv_b', 9, ['conv_a']],
      ['conv_c', 9, ['conv_a']],
      ['join', 0, ['conv_b', 'conv_c']],
      ['out', 9, ['join'], [null, 2]],
    ];
    assert.ok(found(layers).includes('join: conv_a → join (3) bypass'));
  });

  /** Attention and two dense layers, each with a branch around it; normalised before or after. */
  const transformer = (names: (block: number) => readonly [string, string], first: string): Said[] => {
    const layers: Said[] = [[first, 9, []]];
    let stream = first;
    for (const block of [0, 1]) {
      const [held, free] = names(block);
      layers.push(
        [`${held}q`, 9, [stream]],
        [`${held}k`, 9, [stream]],
        [`${free}product`, 0, [`${held}q`, `${held}k`]],
        [`${free}add`, 0, [stream, `${free}product`]],
        [`${held}norm`, 2, [`${free}add`]],
        [`${held}up`, 19, [`${held}norm`], [null, 16]],
        [`${held}down`, 19, [`${held}up`]],
        [`${free}add_1`, 0, [`${held}norm`, `${held}down`]],
        [`${held}norm_1`, 2, [`${free}add_1`]],
      );
      stream = `${held}norm_1`;
    }
    return [...layers, ['out', 9, [stream], [null, 2]]];
  };

  it('is a block that is repeated, such as attention with the dense layers after it, by what its names share', () => {
    const blocks = found(transformer(block => [`encoder.layer.${block}.`, `/enc_${block}/`], 'embedding'));
    for (const text of [
      'encoder.layer.0: embedding → encoder.layer.0.norm_1 (9) bypass',
      'encoder.layer.1: encoder.layer.0.norm_1 → encoder.layer.1.norm_1 (9) bypass',
      '/enc_1/add: encoder.layer.0.norm_1 → /enc_1/add (4) bypass',
    ])
      assert.ok(blocks.includes(text), `${text} is not among ${blocks.join('; ')}`);
  });

  it('is called by its ends where its names share nothing', () => {
    const blocks = found(transformer(block => [`b${block}_`, `f${block}_`], 'embedding'));
    assert.ok(blocks.includes('b1_q..b1_norm_1: b0_norm_1 → b1_norm_1 (9) bypass'), blocks.join('; '));
  });

  it('is no repeated block from whose midst something is read, nor a chain without branches', () => {
    const layers = transformer(block => [`b${block}_`, `f${block}_`], 'embedding');
    const read: Said[] = [...layers.slice(0, -1), ['out', 9, ['b1_norm_1', 'b1_up'], [null, 2]]];
    const blocks = found(read);
    assert.ok(!blocks.some(text => text.startsWith('b1_q..')), blocks.join('; '));
    const chain = Array.from({ length: 6 }, (_, k): Said => [
      `l${k}`,
      k % 2 === 0 ? 9 : 0,
      k === 0 ? [] : [`l${k - 1}`],
    ]);
    assert.deepEqual(found(chain), ['l2: l1 → l2 (1) bypass', 'l4: l3 → l4 (1) bypass']);
  });

  it('is no block that two layers outside read, or that reads two', () => {
    const layers: Said[] = [
      ['in', 9, []],
      ['b.0.x', 9, ['in']],
      ['b.0.y', 9, ['b.0.x']],
      ['side', 9, ['b.0.x']],
      ['join', 0, ['b.0.y', 'side']],
      ['out', 9, ['join'], [null, 2]],
    ];
    assert.ok(!found(layers).some(text => text.startsWith('b.0:')));
  });

  it('has bypasses only where shapes are known to agree', () => {
    const of = (from: Shape, to: Shape) => found([['a', 9, [], from], ['b', 9, ['a'], to], ['out', 9, ['b'], [null, 2]]])[0]; // prettier-ignore
    assert.match(of([null, 8], [null, 8])!, /bypass/);
    assert.match(of([null, null, 8], [null, null, 8])!, /bypass/);
    assert.match(of([null, null], [null, null])!, /linear/);
    assert.match(of([null, 8, 4, 4], [null, 8, 2, 2])!, /linear/);
  });

  it('is no bias or normalisation by itself, and blocks are spelled as the names in them', () => {
    assert.deepEqual(
      found([
        ['m/d1/MatMul', 64, []],
        ['m/d2/MatMul', 64, ['m/d1/MatMul']],
        ['m/d2/BiasAdd', 4, ['m/d2/MatMul']],
        ['m/out', 64, ['m/d2/BiasAdd']],
      ]),
      ['m/d2/MatMul: m/d1/MatMul → m/d2/MatMul (1) bypass', 'm/d2: m/d1/MatMul → m/d2/BiasAdd (2) bypass'],
    );
  });
});
