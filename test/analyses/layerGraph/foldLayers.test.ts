import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { foldLayers } from '../../../src/analyses/layerGraph/foldLayers';
import { edgesOf, type GraphLayer } from '../../../src/analyses/layerGraph/graphLayer';
import { layer, randomLayers } from './randomLayers';

/** The blocks, each with the layers that it holds by itself. */
function told(layers: readonly GraphLayer[]): Record<string, readonly string[]> {
  const { blocks, blockOf } = foldLayers(layers);
  return Object.fromEntries(
    blocks.map(({ name }, block) => [name, layers.filter((_, at) => blockOf[at] === block).map(one => one.name)]),
  );
}

describe('blocks of layers', () => {
  it('nest as the names do, with joined names where a block holds nothing but another', () => {
    const layers = [
      layer('stem'),
      layer('net.stage.0.conv', 'stem'),
      layer('net.stage.0.relu', 'net.stage.0.conv'),
      layer('net.stage.1.conv', 'net.stage.0.relu'),
      layer('net.stage.1.relu', 'net.stage.1.conv'),
      layer('head', 'net.stage.1.relu'),
    ];
    assert.deepEqual(told(layers), {
      'net.stage': [],
      'net.stage.0': ['net.stage.0.conv', 'net.stage.0.relu'],
      'net.stage.1': ['net.stage.1.conv', 'net.stage.1.relu'],
    });
    const { blocks } = foldLayers(layers);
    assert.deepEqual(
      blocks.map(({ label, parent, layers: count, parameters }) => [label, parent, count, parameters]),
      [
        ['net.stage', -1, 4, 40],
        ['stage.0', 0, 2, 20],
        ['stage.1', 0, 2, 20],
      ],
    );
  });

  it('are not made of one layer, nor of the whole network', () => {
    assert.deepEqual(told([layer('net.a.x'), layer('net.b.y', 'net.a.x')]), {});
  });

  it('take in operators that an exporter named from inside a module', () => {
    const layers = [
      layer('bert.embeddings.words'),
      layer('bert.encoder.layer.0.attention.query', 'bert.embeddings.words'),
      layer('/layer.0/attention/Softmax', 'bert.encoder.layer.0.attention.query'),
      layer('bert.encoder.layer.1.attention.query', '/layer.0/attention/Softmax'),
      layer('/layer.1/attention/Softmax', 'bert.encoder.layer.1.attention.query'),
    ];
    assert.deepEqual(told(layers)['bert.encoder.layer.0.attention'], [
      'bert.encoder.layer.0.attention.query',
      '/layer.0/attention/Softmax',
    ]);
  });

  it('are found in names of one word that number their blocks', () => {
    const layers = ['conv2_block1_1_conv', 'conv2_block1_1_bn', 'block_3_expand', 'block_3_project'].map(name =>
      layer(name),
    );
    assert.deepEqual(Object.keys(told(layers)), ['conv2_block1', 'block_3']);
  });

  it('are cut where another block computes in their midst', () => {
    const layers = [
      layer('a.x'),
      layer('a.y', 'a.x'),
      layer('b', 'a.y'),
      layer('a.z', 'b'),
      layer('a.w', 'a.z', 'a.x'),
    ];
    assert.deepEqual(told(layers), { a: ['a.x', 'a.y'], 'a (2)': ['a.z', 'a.w'] });
  });

  it('are runs where a long series has no names that nest', () => {
    const layers = Array.from({ length: 500 }, (_, at) => layer(`node_${at}`, ...(at === 0 ? [] : [`node_${at - 1}`])));
    const { blocks, blockOf } = foldLayers(layers);
    assert.ok(blocks.length >= 500 / 48 && blocks.length <= 500 / 24 + 1, `${blocks.length} blocks`);
    assert.equal(blocks[0]!.label, 'node_0 … node_47');
    assert.ok(blockOf.every((block, at) => at === 0 || block >= blockOf[at - 1]!));
  });

  it('hold every layer once, have names of their own, and make no circle however many are folded', () => {
    fc.assert(
      fc.property(randomLayers, layers => {
        const { blocks, blockOf } = foldLayers(layers);
        assert.equal(new Set(blocks.map(({ name }) => name)).size, blocks.length);
        const counted = blocks.map(() => 0);
        for (const block of blockOf) for (let at = block; at !== -1; at = blocks[at]!.parent) counted[at]!++;
        assert.deepEqual(
          blocks.map(block => block.layers),
          counted,
        );
        assert.ok(blocks.every((block, at) => block.parent < at && block.layers > 1));
        // Every choice of open blocks is a set of folded ones: it is enough that siblings make no circle.
        const { from, to } = edgesOf(layers);
        const chain = (at: number): number[] => {
          const path = [-2 - at];
          for (let block = blockOf[at]!; block !== -1; block = blocks[block]!.parent) path.unshift(block);
          return path;
        };
        const next = new Map<number, Set<number>>();
        for (let edge = 0; edge < from.length; edge++) {
          const [a, b] = [chain(from[edge]!), chain(to[edge]!)];
          let at = 0;
          while (a[at] === b[at]) at++;
          next.set(a[at]!, (next.get(a[at]!) ?? new Set()).add(b[at]!));
        }
        const done = new Set<number>();
        const enter = (node: number, open: ReadonlySet<number>): void => {
          assert.ok(!open.has(node), 'a circle');
          if (done.has(node)) return;
          for (const other of next.get(node) ?? []) enter(other, new Set(open).add(node));
          done.add(node);
        };
        for (const node of next.keys()) enter(node, new Set());
      }),
      { numRuns: 300 },
    );
  });
});
