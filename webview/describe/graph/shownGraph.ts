import type { OutlineResult, PlacedGraph } from '../../../src/protocol/describe';

export type Layers = OutlineResult['layers'];

/** What can be chosen in a graph. */
export interface Choice {
  readonly kind: 'layer' | 'block';
  readonly name: string;
}

export const LAYER = 0;
export const FOLDED = 1;
export const FRAME = 2;

/** A placed graph with what a view asks of it: what is where, what is joined with what, and what hides a layer. */
export class ShownGraph {
  readonly count: number;
  private readonly routesFrom = new Map<number, number[]>();
  private readonly routesTo = new Map<number, number[]>();
  private readonly nodeOfLayer = new Map<number, number>();
  private readonly nodeOfBlock = new Map<number, number>();
  private readonly layerByName: ReadonlyMap<string, number>;
  private readonly blockByName: ReadonlyMap<string, number>;
  /** Left, top, right and bottom of each line. */
  readonly routeBoxes: Float32Array;

  constructor(
    readonly placed: PlacedGraph,
    readonly layers: Layers,
  ) {
    const { nodes, routes, blocks } = placed;
    this.count = nodes.kind.length;
    nodes.index.forEach((index, node) => {
      (nodes.kind[node] === LAYER ? this.nodeOfLayer : this.nodeOfBlock).set(index, node);
    });
    this.layerByName = new Map(layers.map(({ name }, at) => [name, at]));
    this.blockByName = new Map(blocks.map(({ name }, at) => [name, at]));
    const add = (map: Map<number, number[]>, key: number, route: number): void => {
      const known = map.get(key);
      if (known === undefined) map.set(key, [route]);
      else known.push(route);
    };
    this.routeBoxes = new Float32Array(4 * routes.from.length);
    routes.from.forEach((from, route) => {
      add(this.routesFrom, from, route);
      add(this.routesTo, routes.to[route]!, route);
      let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = routes.starts[route]!; i < routes.starts[route + 1]!; i += 2) {
        left = Math.min(left, routes.points[i]!);
        right = Math.max(right, routes.points[i]!);
        top = Math.min(top, routes.points[i + 1]!);
        bottom = Math.max(bottom, routes.points[i + 1]!);
      }
      this.routeBoxes.set([left, top, right, bottom], 4 * route);
    });
  }

  box(node: number): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
    const { x, y, width, height } = this.placed.nodes;
    return { x: x[node]!, y: y[node]!, width: width[node]!, height: height[node]! };
  }

  kindOf(node: number): number {
    return this.placed.nodes.kind[node]!;
  }

  choiceOf(node: number): Choice {
    const index = this.placed.nodes.index[node]!;
    return this.kindOf(node) === LAYER
      ? { kind: 'layer', name: this.layers[index]!.name }
      : { kind: 'block', name: this.placed.blocks[index]!.name };
  }

  /** The node that stands for what is chosen: itself, or the folded block that hides it. */
  nodeOf(choice: Choice): number | undefined {
    const { blockOf, blocks } = this.placed;
    if (choice.kind === 'layer') {
      const layer = this.layerByName.get(choice.name);
      if (layer === undefined) return undefined;
      return this.nodeOfLayer.get(layer) ?? this.hiding(blockOf[layer]!);
    }
    const block = this.blockByName.get(choice.name);
    return block === undefined ? undefined : (this.nodeOfBlock.get(block) ?? this.hiding(blocks[block]!.parent));
  }

  /** Names of the blocks around something, outermost first. */
  blocksAround(choice: Choice): readonly string[] {
    const { blocks, blockOf } = this.placed;
    const layer = this.layerByName.get(choice.name);
    const own = this.blockByName.get(choice.name);
    const names: string[] = [];
    const start =
      choice.kind === 'layer'
        ? layer === undefined
          ? -1
          : blockOf[layer]!
        : own === undefined
          ? -1
          : blocks[own]!.parent;
    for (let block = start; block !== -1; block = blocks[block]!.parent) names.unshift(blocks[block]!.name);
    return names;
  }

  get openNames(): string[] {
    return Array.from(this.placed.open, block => this.placed.blocks[block]!.name);
  }

  /** Indices of the layers of a block. */
  layersOfBlock(name: string): number[] {
    const { blocks, blockOf } = this.placed;
    const wanted = this.blockByName.get(name);
    const found: number[] = [];
    blockOf.forEach((block, layer) => {
      for (let at = block; at !== -1; at = blocks[at]!.parent) if (at === wanted) found.push(layer);
    });
    return found;
  }

  /** What lies at a point of the drawing: the innermost; of a frame, only its head. */
  at(x: number, y: number, head: number): number | undefined {
    const { nodes } = this.placed;
    for (let node = this.count - 1; node >= 0; node--) {
      const top = nodes.y[node]!;
      const height = nodes.kind[node] === FRAME ? Math.min(head, nodes.height[node]!) : nodes.height[node]!;
      if (x < nodes.x[node]! || x > nodes.x[node]! + nodes.width[node]! || y < top || y > top + height) continue;
      return node;
    }
    return undefined;
  }

  /** Lines that lead from a node to what reads it, or to a node from what it reads, through the borders of frames; and the nodes at their ends. */
  joined(node: number, way: 'down' | 'up'): { readonly routes: readonly number[]; readonly nodes: readonly number[] } {
    const next = way === 'down' ? this.routesFrom : this.routesTo;
    const { from, to } = this.placed.routes;
    const routes: number[] = [];
    const nodes = new Set<number>();
    const seen = new Set<number>();
    const waiting = [node];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const route of next.get(at) ?? []) {
        routes.push(route);
        const end = (way === 'down' ? to : from)[route]!;
        if (end < this.count) nodes.add(end);
        else if (!seen.has(end)) {
          seen.add(end);
          waiting.push(end);
        }
      }
    }
    return { routes, nodes: [...nodes] };
  }

  /** The nearest node beside another one. */
  beside(node: number, way: 'left' | 'right'): number | undefined {
    const from = this.middle(node);
    let best: number | undefined;
    let nearest = Infinity;
    for (let other = 0; other < this.count; other++) {
      if (other === node || this.kindOf(other) === FRAME) continue;
      const to = this.middle(other);
      const dx = way === 'right' ? to.x - from.x : from.x - to.x;
      const dy = Math.abs(to.y - from.y);
      if (dx < 8 || dy > 160) continue;
      if (dx + 3 * dy < nearest) [best, nearest] = [other, dx + 3 * dy];
    }
    return best;
  }

  /** The first node that is no frame, or the last. */
  end(which: 'first' | 'last'): number | undefined {
    let found: number | undefined;
    for (let node = 0; node < this.count; node++) {
      if (this.kindOf(node) === FRAME) continue;
      const isBetter =
        found === undefined ||
        (which === 'first' ? this.box(node).y < this.box(found).y : this.box(node).y > this.box(found).y);
      if (isBetter) found = node;
    }
    return found;
  }

  private middle(node: number): { readonly x: number; readonly y: number } {
    const { x, y, width, height } = this.box(node);
    return { x: x + width / 2, y: y + height / 2 };
  }

  private hiding(block: number): number | undefined {
    const { blocks } = this.placed;
    for (let at = block; at !== -1; at = blocks[at]!.parent) {
      const node = this.nodeOfBlock.get(at);
      if (node !== undefined) return node;
    }
    return undefined;
  }
}
