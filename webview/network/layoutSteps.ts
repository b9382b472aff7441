import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from 'd3-force';
import type { SimulationLinkDatum, SimulationNodeDatum } from 'd3-force';
import type { NetworkGraph, Positions } from './networkGraph';

export interface LayoutRequest {
  readonly graph: NetworkGraph;
  /** Where nodes begin; NaN for those that have been nowhere yet. */
  readonly start: Positions;
  /** 1 lays out from nothing; less keeps the shape that is there, the less the more. */
  readonly energy: number;
}

/** Steps of a whole layout: fewer where one takes long. */
export function stepsOf(count: number): number {
  return count <= 1000 ? 300 : count <= 4000 ? 180 : 120;
}

/** Above, nodes may lie on each other: keeping them apart costs as much as all the rest. */
const MOST_APART = 3000;

/**
 * A force layout, a step at a time: linked nodes attract and all nodes repel each other (d3-force, whose Barnes–Hut tree takes O(n log n) a step), and a weak pull to the middle keeps
 * components together. The same request gives the same positions: d3-force draws what chance it needs from a generator of its own with a fixed seed.
 */
export class LayoutSteps {
  private readonly nodes: SimulationNodeDatum[];
  private readonly simulation;
  private left: number;

  constructor({ graph, start, energy }: LayoutRequest) {
    const { count, radius, source, target, strength } = graph;
    this.nodes = Array.from({ length: count }, (_, node) => {
      const [x, y] = [start[2 * node]!, start[2 * node + 1]!];
      return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : {};
    });
    const links: SimulationLinkDatum<SimulationNodeDatum>[] = Array.from(source, (from, e) => ({
      source: from,
      target: target[e]!,
    }));
    const link = forceLink(links)
      .distance((_, e) => radius[source[e]!]! + radius[target[e]!]! + 10 + 22 * (1 - strength[e]!))
      .iterations(count > MOST_APART ? 1 : 2);
    const steps = stepsOf(count);
    this.left = Math.max(1, Math.ceil(steps * Math.min(1, energy)));
    this.simulation = forceSimulation(this.nodes)
      .alpha(Math.min(1, energy))
      .alphaDecay(1 - 0.001 ** (1 / steps))
      .force('link', link)
      .force('repel', forceManyBody().strength(-90).distanceMax(420).theta(1))
      .force('x', forceX(0).strength(0.02))
      .force('y', forceY(0).strength(0.02))
      .stop();
    if (count <= MOST_APART)
      this.simulation.force(
        'apart',
        forceCollide((_, node) => radius[node]! + 2),
      );
  }

  get isDone(): boolean {
    return this.left <= 0;
  }

  step(): void {
    this.simulation.tick();
    this.left--;
  }

  positions(): Float32Array<ArrayBuffer> {
    const positions = new Float32Array(2 * this.nodes.length);
    this.nodes.forEach(({ x = 0, y = 0 }, node) => {
      positions[2 * node] = x;
      positions[2 * node + 1] = y;
    });
    return positions;
  }
}

/**
 * Where nodes begin: in the middle of where their members have been. `places` has x and y of each member, flat, NaN for those that have been nowhere; `members` of node n are
 * list[starts[n]] … list[starts[n + 1] − 1].
 */
export function startOf(
  members: { readonly starts: Uint32Array; readonly list: Uint32Array },
  places: Float32Array,
): Float32Array<ArrayBuffer> {
  const count = members.starts.length - 1;
  const start = new Float32Array(2 * count).fill(NaN);
  for (let node = 0; node < count; node++) {
    let [x, y, known] = [0, 0, 0];
    for (let k = members.starts[node]!; k < members.starts[node + 1]!; k++) {
      const member = members.list[k]!;
      if (Number.isNaN(places[2 * member]!)) continue;
      x += places[2 * member]!;
      y += places[2 * member + 1]!;
      known++;
    }
    if (known === 0) continue;
    start[2 * node] = x / known;
    start[2 * node + 1] = y / known;
  }
  return start;
}

/** Where members are: in the middle of their nodes. Those that are in none stay where they were. */
export function placesOf(
  members: { readonly starts: Uint32Array; readonly list: Uint32Array },
  positions: Positions,
  before: Float32Array,
): Float32Array<ArrayBuffer> {
  const points = before.length / 2;
  const sums = new Float64Array(before.length);
  const times = new Uint32Array(points);
  for (let node = 0; node + 1 < members.starts.length; node++) {
    for (let k = members.starts[node]!; k < members.starts[node + 1]!; k++) {
      const member = members.list[k]!;
      sums[2 * member] = sums[2 * member]! + positions[2 * node]!;
      sums[2 * member + 1] = sums[2 * member + 1]! + positions[2 * node + 1]!;
      times[member] = times[member]! + 1;
    }
  }
  const places = Float32Array.from(before);
  times.forEach((count, point) => {
    if (count === 0) return;
    places[2 * point] = sums[2 * point]! / count;
    places[2 * point + 1] = sums[2 * point + 1]! / count;
  });
  return places;
}
