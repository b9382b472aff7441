import type { BlockTree, LayerEdges } from './graphLayer';

/** What is seen of a graph with some blocks open, before it is placed. */
export interface ShownLayers {
  /** Frames come before what is in them. `kind` as in `PlacedNodes`. */
  readonly nodes: readonly ShownNode[];
  /** By the index of the frame's node; −1 is what lies in no frame. */
  readonly scopes: ReadonlyMap<number, ShownScope>;
  /** The frame on whose border a port is. */
  frameOf(port: number): number;
}

export interface ShownNode {
  readonly kind: 0 | 1 | 2;
  readonly index: number;
}

export interface ShownScope {
  /** Nodes, in the order of computation of their first layers. */
  readonly children: readonly number[];
  /** Places on the frame's own border, one for each layer outside that is read inside, and one for each inside that is read outside. */
  readonly ports: { readonly in: readonly number[]; readonly out: readonly number[] };
  readonly routes: readonly { readonly from: number; readonly to: number }[];
}

interface Scope {
  readonly children: number[];
  readonly ports: { readonly in: number[]; readonly out: number[] };
  readonly routes: { readonly from: number; readonly to: number }[];
  /** Port by layer. */
  readonly inOf: Map<number, number>;
  readonly outOf: Map<number, number>;
  readonly known: Set<string>;
}

/** Nodes and lines of a graph whose blocks are open where `open` is 1; a block in one that is folded is not seen. */
export function shownLayers({ blocks, blockOf }: BlockTree, edges: LayerEdges, open: Uint8Array): ShownLayers {
  const nodes: ShownNode[] = [];
  const scopes = new Map<number, Scope>([[-1, emptyScope()]]);
  /** Node of each block that is seen, and of the block that hides it otherwise. */
  const nodeOfBlock = new Int32Array(blocks.length).fill(-1);
  const isFrame = (node: number): boolean => node === -1 || nodes[node]!.kind === 2;
  const enterBlock = (block: number): number => {
    const known = nodeOfBlock[block]!;
    if (known !== -1) return known;
    const { parent } = blocks[block]!;
    const around = parent === -1 ? -1 : enterBlock(parent);
    if (!isFrame(around)) return (nodeOfBlock[block] = around);
    const node = nodes.push({ kind: open[block] === 1 ? 2 : 1, index: block }) - 1;
    scopes.get(around)!.children.push(node);
    if (open[block] === 1) scopes.set(node, emptyScope());
    return (nodeOfBlock[block] = node);
  };
  /** The node that stands for each layer, and the frame that it is in. */
  const nodeOf = new Int32Array(blockOf.length);
  const frameAround: number[] = [];
  blockOf.forEach((block, layer) => {
    const around = block === -1 ? -1 : enterBlock(block);
    if (!isFrame(around)) nodeOf[layer] = around;
    else {
      nodeOf[layer] = nodes.push({ kind: 0, index: layer }) - 1;
      scopes.get(around)!.children.push(nodeOf[layer]);
    }
  });
  for (const [frame, { children }] of scopes) for (const child of children) frameAround[child] = frame;

  const owners: number[] = [];
  const port = (frame: number, side: 'in' | 'out', layer: number): number => {
    const scope = scopes.get(frame)!;
    const ports = side === 'in' ? scope.inOf : scope.outOf;
    let found = ports.get(layer);
    if (found === undefined) {
      found = nodes.length + owners.push(frame) - 1;
      ports.set(layer, found);
      scope.ports[side].push(found);
    }
    return found;
  };
  const join = (frame: number, from: number, to: number): void => {
    const { known, routes } = scopes.get(frame)!;
    const key = `${from} ${to}`;
    if (known.has(key)) return;
    known.add(key);
    routes.push({ from, to });
  };
  /** Frames around a node, outermost first. */
  const framesOf = (node: number): number[] => {
    const frames: number[] = [];
    for (let frame = frameAround[node]!; frame !== -1; frame = frameAround[frame]!) frames.unshift(frame);
    return frames;
  };
  for (let edge = 0; edge < edges.from.length; edge++) {
    const layer = edges.from[edge]!;
    const from = nodeOf[layer]!;
    const to = nodeOf[edges.to[edge]!]!;
    if (from === to) continue;
    const above = framesOf(from);
    const below = framesOf(to);
    let shared = 0;
    while (shared < above.length && shared < below.length && above[shared] === below[shared]) shared++;
    let start = from;
    for (let depth = above.length - 1; depth >= shared; depth--) {
      const out = port(above[depth]!, 'out', layer);
      join(above[depth]!, start, out);
      start = out;
    }
    let frame = shared === 0 ? -1 : above[shared - 1]!;
    for (let depth = shared; depth < below.length; depth++) {
      const into = port(below[depth]!, 'in', layer);
      join(frame, start, into);
      start = into;
      frame = below[depth]!;
    }
    join(frame, start, to);
  }
  const count = nodes.length;
  return { nodes, scopes, frameOf: found => owners[found - count] ?? -1 };
}

function emptyScope(): Scope {
  return {
    children: [],
    ports: { in: [], out: [] },
    routes: [],
    inOf: new Map(),
    outOf: new Map(),
    known: new Set(),
  };
}
