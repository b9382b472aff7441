import type { Cancellation } from '../../base/cancellation';
import { formatCount, formatShape } from '../../base/numbers';
import { foldLayers } from './foldLayers';
import { edgesOf, type Block, type BlockTree, type GraphLayer } from './graphLayer';
import { layOut, type KnownPieces, type LayeredEdge } from './layered';
import { shownLayers, type ShownLayers } from './shownLayers';

/** A layer graph as it is drawn: what is folded is one node, what is open is a frame around its own. */
export interface PlacedGraph extends BlockTree {
  /** Size of the whole, in pixels at scale 1. */
  readonly width: number;
  readonly height: number;
  readonly nodes: PlacedNodes;
  readonly routes: PlacedRoutes;
  /** Indices of the blocks that are open. */
  readonly open: Int32Array;
}

/** Columns over nodes; frames come before what is in them. */
export interface PlacedNodes {
  /** 0 a layer, 1 a folded block, 2 the frame of an open one. */
  readonly kind: Uint8Array;
  /** Index of the layer or block. */
  readonly index: Int32Array;
  /** Left and upper border, width and height. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly width: Float32Array;
  readonly height: Float32Array;
}

/**
 * Lines, each within one frame: from the border of a node or frame to that of another, or to a place on the frame's own border. From where one ends at
 * a frame's border, others go on.
 */
export interface PlacedRoutes {
  /** What a line begins and ends at: an index of `nodes`, or above those the number of a place on a border. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** x and y in turn, from top to bottom. */
  readonly points: Float32Array;
  /** Where in `points` each line begins; one more than there are lines. */
  readonly starts: Uint32Array;
}

export const LAYER_NODE = 0;
export const FOLDED_NODE = 1;
export const FRAME_NODE = 2;

/** Up to this many, everything is open at first. */
const MOST_SHOWN_AT_FIRST = 60;
/** Fewer nodes say too little of a network. */
const FEW = 8;
const MOST_INSTEAD_OF_FEW = 200;

const LAYER_HEIGHT = 40;
const BLOCK_HEIGHT = 46;
const FRAME_HEAD = 30;
const FRAME_SIDE = 16;
const FRAME_FOOT = 14;

/**
 * Lays out the layers of a network with some of its blocks open, given by name; without them, whole levels of blocks are opened as long as no more than 60 nodes are shown.
 * Every line leads down, nodes of one frame do not overlap, and a frame holds its own.
 */
export function placeLayers(
  layers: readonly GraphLayer[],
  openNames: readonly string[] | undefined,
  cancellation: Cancellation,
): PlacedGraph {
  const edges = edgesOf(layers);
  const tree = foldLayers(layers, edges);
  cancellation.throwIfCancelled();
  const open = openNames === undefined ? openAtFirst(tree) : openByName(tree.blocks, new Set(openNames));
  const shown = shownLayers(tree, edges, open);
  return new Placing(layers, tree, shown, cancellation).place(open);
}

function openByName(blocks: readonly Block[], names: ReadonlySet<string>): Uint8Array {
  return Uint8Array.from(blocks, ({ name }) => (names.has(name) ? 1 : 0));
}

/** Levels of blocks, outermost first, while what is shown stays within what is seen at a glance. */
function openAtFirst({ blocks, blockOf }: BlockTree): Uint8Array {
  const depth = new Int32Array(blocks.length);
  blocks.forEach(({ parent }, at) => (depth[at] = parent === -1 ? 0 : depth[parent]! + 1));
  // Nodes at each depth: of layers and blocks, those whose blocks are all open.
  const at = (block: number): number => (block === -1 ? 0 : depth[block]! + 1);
  const deepest = depth.reduce((most, one) => Math.max(most, one + 1), 0);
  const shownAt = Array.from({ length: deepest + 1 }, (_, level) => {
    let count = 0;
    for (const block of blockOf) if (at(block) <= level) count++;
    for (const one of depth) if (one === level) count++;
    return count;
  });
  let level = 0;
  // A level that shows next to nothing opens the next one.
  while (level < deepest && shownAt[level + 1]! <= (shownAt[level]! < FEW ? MOST_INSTEAD_OF_FEW : MOST_SHOWN_AT_FIRST))
    level++;
  return Uint8Array.from(depth, one => (one < level ? 1 : 0));
}

interface Box {
  readonly width: number;
  readonly height: number;
}

/** A scope that is laid out, with places relative to its own corner. */
interface LaidOut extends Box {
  readonly children: readonly { readonly node: number; readonly x: number; readonly y: number }[];
  /** Where lines pass its borders, by port. */
  readonly ports: ReadonlyMap<number, number>;
  readonly routes: readonly { readonly from: number; readonly to: number; readonly points: readonly number[] }[];
}

class Placing {
  private readonly laidOut = new Map<number, LaidOut>();
  private readonly pieces: KnownPieces = new Map();

  constructor(
    private readonly layers: readonly GraphLayer[],
    private readonly tree: BlockTree,
    private readonly shown: ShownLayers,
    private readonly cancellation: Cancellation,
  ) {}

  place(open: Uint8Array): PlacedGraph {
    const { nodes } = this.shown;
    const count = nodes.length;
    // Children come after their frames: the innermost are laid out first.
    for (let node = count - 1; node >= 0; node--) if (nodes[node]!.kind === FRAME_NODE) this.layOutScope(node);
    const root = this.layOutScope(-1);
    const x = new Float32Array(count);
    const y = new Float32Array(count);
    const width = new Float32Array(count);
    const height = new Float32Array(count);
    const from: number[] = [];
    const to: number[] = [];
    const starts: number[] = [0];
    const points: number[] = [];
    const put = (scope: LaidOut, left: number, top: number): void => {
      for (const child of scope.children) {
        const box = this.sizeOf(child.node);
        x[child.node] = left + child.x;
        y[child.node] = top + child.y;
        width[child.node] = box.width;
        height[child.node] = box.height;
        const inner = this.laidOut.get(child.node);
        if (inner !== undefined) put(inner, left + child.x, top + child.y);
      }
      for (const route of scope.routes) {
        from.push(route.from);
        to.push(route.to);
        for (let i = 0; i < route.points.length; i += 2)
          points.push(left + route.points[i]!, top + route.points[i + 1]!);
        starts.push(points.length);
      }
    };
    put(root, 0, 0);
    return {
      ...this.tree,
      width: root.width,
      height: root.height,
      nodes: {
        kind: Uint8Array.from(nodes, node => node.kind),
        index: Int32Array.from(nodes, node => node.index),
        x,
        y,
        width,
        height,
      },
      routes: {
        from: Int32Array.from(from),
        to: Int32Array.from(to),
        points: Float32Array.from(points),
        starts: Uint32Array.from(starts),
      },
      open: Int32Array.from(open.keys()).filter(block => open[block] === 1),
    };
  }

  private layOutScope(scope: number): LaidOut {
    const { children, ports, routes } = this.shown.scopes.get(scope)!;
    // Two nodes without a size hold the ports at the top and at the bottom.
    const locals = [...children, ...ports.in, ...ports.out];
    const at = new Map(locals.map((endpoint, local) => [endpoint, local]));
    const sizes = locals.map((endpoint, local): Box => (local < children.length ? this.sizeOf(endpoint) : PORT));
    const localOf = (endpoint: number): number => at.get(endpoint) ?? at.get(this.shown.frameOf(endpoint))!;
    const edges: LayeredEdge[] = [];
    const known = new Map<string, number>();
    const join = (a: number, b: number, weight = 1): number => {
      const key = `${a} ${b}`;
      const edge = known.get(key) ?? edges.push({ from: a, to: b, weight }) - 1;
      known.set(key, edge);
      return edge;
    };
    const own = routes.map(({ from, to }) => join(localOf(from), localOf(to)));
    this.holdPorts(locals, children.length, ports, sizes, edges, join);
    const { x, y, bends } = layOut(
      { widths: sizes.map(box => box.width), heights: sizes.map(box => box.height), edges },
      this.cancellation,
      this.pieces,
    );

    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    children.forEach((_, local) => {
      left = Math.min(left, x[local]! - sizes[local]!.width / 2);
      right = Math.max(right, x[local]! + sizes[local]!.width / 2);
      top = Math.min(top, y[local]! - sizes[local]!.height / 2);
      bottom = Math.max(bottom, y[local]! + sizes[local]!.height / 2);
    });
    for (const edge of own)
      for (let i = 0; i < bends[edge]!.length; i += 2) {
        left = Math.min(left, bends[edge]![i]!);
        right = Math.max(right, bends[edge]![i]!);
      }
    const isRoot = scope === -1;
    const head = isRoot ? 0 : FRAME_HEAD + (ports.in.length > 0 ? 20 : 0);
    const side = isRoot ? 0 : FRAME_SIDE;
    const foot = isRoot ? 0 : FRAME_FOOT + (ports.out.length > 0 ? 6 : 0);
    // A frame is as wide as its title.
    const slack = isRoot ? 0 : Math.max(0, titleWidth(this.labelOf(scope)) + 60 - (right - left + 2 * side)) / 2;
    const dx = side + slack - left;
    const dy = head - top;
    const width = right - left + 2 * (side + slack);
    const height = bottom - top + head + foot;
    const clamp = (value: number): number => Math.max(8, Math.min(width - 8, value));
    const portPlaces = new Map<number, number>();
    for (const side of [ports.in, ports.out]) {
      // Alone, it is where the lines outside lead to by themselves: the middle.
      if (side.length === 1) portPlaces.set(side[0]!, width / 2);
      else for (const port of side) portPlaces.set(port, clamp(x[at.get(port)!]! + dx));
    }
    const insides = new Set([...ports.in, ...ports.out]);
    const made: LaidOut = {
      width,
      height,
      children: children.map((node, local) => ({
        node,
        x: x[local]! - sizes[local]!.width / 2 + dx,
        y: y[local]! - sizes[local]!.height / 2 + dy,
      })),
      ports: portPlaces,
      routes: routes.map(({ from, to }, route) => {
        const end = (endpoint: number, side: 'from' | 'to'): readonly [number, number] => {
          if (insides.has(endpoint)) return [portPlaces.get(endpoint)!, side === 'from' ? 0 : height];
          const local = localOf(endpoint);
          const half = sizes[local]!.height / 2;
          const middle = y[local]! + dy;
          const inner = this.laidOut.get(locals[local]!)?.ports.get(endpoint);
          const across = inner === undefined ? x[local]! : x[local]! - sizes[local]!.width / 2 + inner;
          return [across + dx, side === 'from' ? middle + half : middle - half];
        };
        const between = bends[own[route]!]!.map((value, i) => value + (i % 2 === 0 ? dx : dy));
        // Through a frame's head lines lead straight down, past its name.
        if (ports.in.includes(from)) {
          for (let i = 1; i < between.length; i += 2) between[i] = Math.max(between[i]!, head - 6);
          between.unshift(portPlaces.get(from)!, FRAME_HEAD);
        }
        return { from, to, points: [...end(from, 'from'), ...between, ...end(to, 'to')] };
      }),
    };
    this.laidOut.set(scope, made);
    return made;
  }

  /** Ties the ports of a frame to its upper and lower border, by two nodes without a size that all others lie between. */
  private holdPorts(
    locals: readonly number[],
    children: number,
    ports: { readonly in: readonly number[]; readonly out: readonly number[] },
    sizes: Box[],
    edges: readonly LayeredEdge[],
    join: (a: number, b: number, weight?: number) => number,
  ): void {
    if (ports.in.length + ports.out.length === 0) return;
    const isRead = new Set(edges.map(({ to }) => to));
    const reads = new Set(edges.map(({ from }) => from));
    const top = sizes.push(PORT) - 1;
    const bottom = sizes.push(PORT) - 1;
    for (let local = 0; local < locals.length; local++) {
      const isIn = local >= children && local < children + ports.in.length;
      const isOut = local >= children + ports.in.length;
      if (!isRead.has(local)) join(top, local, isIn ? HOLDING : 0);
      if (!reads.has(local)) join(local, bottom, isOut ? HOLDING : 0);
    }
  }

  private sizeOf(node: number): Box {
    const { kind, index } = this.shown.nodes[node]!;
    if (kind === FRAME_NODE) return this.laidOut.get(node)!;
    if (kind === FOLDED_NODE) {
      const { label } = this.tree.blocks[index]!;
      return { width: clampWidth(titleWidth(label) + 40, 150), height: BLOCK_HEIGHT };
    }
    const layer = this.layers[index]!;
    const detail = [layer.op, formatShape(layer.outputShape), formatCount(layer.parameters)].join(' · ');
    const width = Math.max(titleWidth(this.labelOf(node)) + 20, detail.length * 6 + 24);
    return { width: clampWidth(width, 110), height: LAYER_HEIGHT };
  }

  private labelOf(node: number): string {
    const { kind, index } = this.shown.nodes[node]!;
    return kind === LAYER_NODE ? this.layers[index]!.name.split(/[./]/).at(-1)! : this.tree.blocks[index]!.label;
  }
}

const PORT: Box = { width: 10, height: 1 };
/** Far above what edges weigh: ports stay at their border. */
const HOLDING = 1000;

/** About what a title takes in the editor's font; the view shortens what is longer. */
function titleWidth(text: string): number {
  return text.length * 7;
}

function clampWidth(width: number, least: number): number {
  return Math.round(Math.max(least, Math.min(240, width)));
}
