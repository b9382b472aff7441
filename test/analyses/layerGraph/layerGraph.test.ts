import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { edgesOf, type GraphLayer } from '../../../src/analyses/layerGraph/graphLayer';
import { FRAME_NODE, LAYER_NODE, placeLayers, type PlacedGraph } from '../../../src/analyses/layerGraph/layerGraph';
import { Cancellation } from '../../../src/base/cancellation';
import { layer, randomLayers } from './randomLayers';

const place = (layers: readonly GraphLayer[], open?: readonly string[]): PlacedGraph =>
  placeLayers(layers, open, Cancellation.never);

/** The node that stands for each layer. */
function nodesOfLayers({ nodes, blockOf, blocks }: PlacedGraph): number[] {
  const byKind = (isLayer: boolean) =>
    new Map(
      [...nodes.index]
        .map((index, at) => [index, at] as const)
        .filter(([, at]) => (nodes.kind[at] === LAYER_NODE) === isLayer),
    );
  const [layers, folded] = [byKind(true), byKind(false)];
  return Array.from(blockOf, (block, at) => {
    const own = layers.get(at);
    if (own !== undefined) return own;
    let found: number | undefined;
    for (let one = block; one !== -1; one = blocks[one]!.parent) found = folded.get(one) ?? found;
    // Frames are no stand-ins: the folded block is the outermost that is none.
    for (let one = block; one !== -1; one = blocks[one]!.parent) {
      const node = folded.get(one);
      if (node !== undefined && nodes.kind[node] !== FRAME_NODE) found = node;
    }
    return found!;
  });
}

function checkDrawing(layers: readonly GraphLayer[], graph: PlacedGraph): void {
  const { nodes, routes, blocks, blockOf } = graph;
  const count = nodes.kind.length;
  const frameOfNode = (node: number): number => {
    const own = nodes.kind[node] === LAYER_NODE ? blockOf[nodes.index[node]!]! : blocks[nodes.index[node]!]!.parent;
    return own === -1 ? -1 : nodes.index.findIndex((index, at) => nodes.kind[at] === FRAME_NODE && index === own);
  };
  const frames = Array.from({ length: count }, (_, node) => frameOfNode(node));
  const [left, top] = [nodes.x, nodes.y];
  const right = nodes.x.map((x, node) => x + nodes.width[node]!);
  const bottom = nodes.y.map((y, node) => y + nodes.height[node]!);
  for (let a = 0; a < count; a++) {
    const frame = frames[a]!;
    if (frame !== -1) {
      const inside =
        left[a]! >= left[frame]! &&
        right[a]! <= right[frame]! + 0.01 &&
        top[a]! >= top[frame]! &&
        bottom[a]! <= bottom[frame]! + 0.01;
      assert.ok(inside, `node ${a} sticks out of its frame`);
    }
    for (let b = a + 1; b < count; b++) {
      if (frames[b] !== frame) continue;
      const apart =
        right[a]! <= left[b]! + 0.01 ||
        right[b]! <= left[a]! + 0.01 ||
        bottom[a]! <= top[b]! + 0.01 ||
        bottom[b]! <= top[a]! + 0.01;
      assert.ok(apart, `nodes ${a} and ${b} overlap`);
    }
  }
  // Lines lead down.
  const next = new Map<number, number[]>();
  for (let route = 0; route < routes.from.length; route++) {
    const points = routes.points.subarray(routes.starts[route], routes.starts[route + 1]);
    for (let i = 3; i < points.length; i += 2) assert.ok(points[i]! >= points[i - 2]! - 0.01, 'a line leads up');
    next.set(routes.from[route]!, [...(next.get(routes.from[route]!) ?? []), routes.to[route]!]);
  }
  // And join what reads with what is read, through ports alone.
  const stands = nodesOfLayers(graph);
  const { from, to } = edgesOf(layers);
  for (let edge = 0; edge < from.length; edge++) {
    const [a, b] = [stands[from[edge]!]!, stands[to[edge]!]!];
    if (a === b) continue;
    assert.ok(bottom[a]! < top[b]!, 'a layer stands no higher than one that reads it');
    const seen = new Set<number>();
    const enter = (at: number): boolean =>
      at === b || ((at === a || at >= count) && !seen.has(at) && (seen.add(at), next.get(at) ?? []).some(enter));
    assert.ok(enter(a), 'no line joins them');
  }
}

describe('the layer graph', () => {
  it('stands in layers without overlaps, whatever is open: a property', () => {
    fc.assert(
      fc.property(randomLayers, fc.infiniteStream(fc.boolean()), (layers, coins) => {
        const { blocks } = place(layers);
        const open = blocks.filter(() => coins.next().value === true).map(({ name }) => name);
        checkDrawing(layers, place(layers, open));
      }),
      { numRuns: 150 },
    );
  });

  it('shows a residual connection as a line beside what it passes', () => {
    const layers = [layer('in'), layer('a', 'in'), layer('b', 'a'), layer('add', 'b', 'in')];
    const graph = place(layers);
    checkDrawing(layers, graph);
    const skip = graph.routes.from.findIndex((from, route) => from === 0 && graph.routes.to[route] === 3);
    const points = graph.routes.points.subarray(graph.routes.starts[skip], graph.routes.starts[skip + 1]);
    const beside = Array.from(points).filter((_, i) => i % 2 === 0);
    const { x, width } = graph.nodes;
    assert.ok(
      beside.some(at => at < x[1]! || at > x[1]! + width[1]!),
      'it passes through the layer',
    );
  });

  it('opens whole levels of blocks at first, as far as they are seen at a glance', () => {
    const chain = (blocks: number, layers: number): GraphLayer[] =>
      Array.from({ length: blocks * layers }, (_, at) => {
        const name = (one: number) => `blocks.${Math.floor(one / layers)}.layer${one % layers}`;
        return layer(name(at), ...(at === 0 ? [] : [name(at - 1)]));
      });
    assert.equal(place(chain(4, 5)).open.length, 4);
    assert.equal(place(chain(30, 20)).open.length, 0);
    assert.equal(place(chain(30, 20)).nodes.kind.length, 30);
  });

  it('draws thousands of layers without names that nest, folded and open', () => {
    const layers = Array.from({ length: 3000 }, (_, at) =>
      layer(
        `n${at}`,
        ...new Set([at - 1, at % 5 === 0 ? at - 5 : at - 1].filter(one => one >= 0).map(one => `n${one}`)),
      ),
    );
    const folded = place(layers);
    assert.ok(folded.nodes.kind.length <= 130);
    const open = place(
      layers,
      folded.blocks.map(({ name }) => name),
    );
    assert.equal(open.nodes.kind.filter(kind => kind === LAYER_NODE).length, 3000);
    checkDrawing(layers.slice(0, 150), place(layers.slice(0, 150), undefined));
  });

  it('sets layers that nothing joins in one column', () => {
    const graph = place(['x', 'y', 'z'].map(name => layer(name)));
    assert.equal(new Set(graph.nodes.x.map((x, node) => x + graph.nodes.width[node]! / 2)).size, 1);
  });

  it('stops when it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => placeLayers([layer('a')], undefined, cancellation), { code: 'cancelled' });
  });
});
