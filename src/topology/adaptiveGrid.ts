import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount, formatShape } from '../base/numbers';
import { Random } from '../base/random';

/** Gives `width` scores for each of these vertices, which are named by their place in C order. */
export type EvaluateVertices = (vertices: Uint32Array) => Promise<ArrayLike<number>>;

export interface AdaptiveGridOptions {
  /** Scores of a vertex: one a class, of which the largest wins; or a single one, whose sign decides. */
  readonly width: number;
  readonly evaluate: EvaluateVertices;
  /** Edge of the blocks of the first lattice, in grid edges: a power of two; 1 evaluates every vertex. */
  readonly coarsest: number;
  /** Of the vertices at which it is tried whether what was filled in is right. */
  readonly seed: number;
  readonly cancellation?: Cancellation;
}

/** How a random draw of vertices that were filled in compared with their evaluation. */
export interface AdaptiveCheck {
  readonly points: number;
  /** Of them, those where another class won than was filled in. */
  readonly wrong: number;
}

export interface FilledGrid {
  /** vertices × width. */
  readonly scores: Float32Array;
  /** Number of vertices that were evaluated; the others are interpolated. */
  readonly evaluated: number;
  /** Of the last draw; nothing where every vertex was evaluated. */
  readonly check: AdaptiveCheck;
}

const MOST_SCORES = 1 << 27;
const CHECKED = 2000;
/** Draws whose wrong vertices are followed up before the last one is reported. */
const DRAWS = 3;
const STEPS_BETWEEN_POLLS = 1 << 12;
const VERTICES_AT_ONCE = 1 << 15;

/**
 * Scores on a grid of 2 or 3 dimensions, evaluated on a coarse lattice and near where another class wins, and interpolated linearly within blocks elsewhere.
 *
 * A block is halved where its corners differ in who wins, or where the lead at one of them is less than what leads vary by between the corners (at least half of what they do in the block that it is a half of), so that a boundary could pass between them. Blocks in which an
 * evaluated vertex contradicts the corners are halved again, so that every boundary that has been met is followed to its end. What no vertex of the first lattice comes
 * near can be missed: random vertices are evaluated to see whether that happened, and where it did, it is followed up. No clock and no thread decides what is evaluated.
 *
 * Takes 4 · width + 1 bytes a vertex. Throws `too-large`, and what `evaluate` throws.
 */
export async function fillGrid(shape: readonly number[], options: AdaptiveGridOptions): Promise<FilledGrid> {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count * options.width > MOST_SCORES)
    throw new Fault(
      'too-large',
      `A grid of ${formatShape(shape)} with ${formatCount(options.width)} scores a vertex has ${formatCount(count * options.width)} numbers; there may be ${formatCount(MOST_SCORES)}.`,
      { hint: 'Choose a smaller --grid.' },
    );
  const grid = new AdaptiveGrid(shape, options);
  await grid.start();
  let check = await grid.check(0);
  for (let draw = 1; draw < DRAWS && check.wrong > 0; draw++) check = await grid.check(draw);
  return { scores: grid.scores, evaluated: grid.evaluatedCount, check };
}

/** Blocks of one edge: low corners, and of each how much leads vary in the block that it came from. */
interface Blocks {
  readonly lows: number[];
  readonly variations: number[];
}

class AdaptiveGrid {
  readonly scores: Float32Array;
  evaluatedCount = 0;
  private readonly evaluated: Uint8Array;
  /** A plane is a space of one layer. */
  private readonly lengths: readonly [number, number, number];
  private readonly strides: readonly [number, number, number];
  /** Low corners of the blocks that are not halved, by the length of their edges. */
  private readonly leaves = new Map<number, number[]>();
  private readonly cancellation: Cancellation;
  private polls = 0;

  constructor(
    shape: readonly number[],
    private readonly options: AdaptiveGridOptions,
  ) {
    const [width = 1, height = 1, depth = 1] = [...shape].reverse();
    this.lengths = [depth, height, width];
    this.strides = [height * width, width, 1];
    this.scores = new Float32Array(depth * height * width * options.width);
    this.evaluated = new Uint8Array(depth * height * width);
    this.cancellation = options.cancellation ?? Cancellation.never;
  }

  async start(): Promise<void> {
    const step = this.options.coarsest;
    if (step === 1) return this.evaluateWhole();
    const [depth, height, width] = this.lengths;
    const lows: number[] = [];
    const begins = (at: number, length: number) => at === 0 || at < length - 1;
    for (let z = 0; begins(z, depth); z += step)
      for (let y = 0; begins(y, height); y += step)
        for (let x = 0; begins(x, width); x += step) lows.push((z * height + y) * width + x);
    await this.evaluateAll(lows.flatMap(low => this.corners(low, step)));
    await this.halve({ lows, variations: lows.map(() => 0) }, step, false);
    await this.settle();
    this.interpolate();
  }

  /** Every vertex, some at a time: a list of them all would be larger than the grid. */
  private async evaluateWhole(): Promise<void> {
    const { length } = this.evaluated;
    for (let from = 0; from < length; from += VERTICES_AT_ONCE) {
      this.cancellation.throwIfCancelled();
      const count = Math.min(VERTICES_AT_ONCE, length - from);
      await this.evaluateAll(Array.from({ length: count }, (_, k) => from + k));
    }
  }

  /** Compares a random draw of filled-in vertices with their evaluation; where that contradicts, blocks are halved. */
  async check(draw: number): Promise<AdaptiveCheck> {
    const open = this.evaluated.length - this.evaluatedCount;
    const chosen = new Random(this.options.seed, `check of the grid ${draw}`).sample(open, CHECKED);
    const vertices: number[] = [];
    let seen = 0;
    for (let vertex = 0; vertices.length < chosen.length; vertex++)
      if (this.evaluated[vertex] === 0 && seen++ === chosen[vertices.length]) vertices.push(vertex);
    const filled = vertices.map(vertex => this.winner(vertex));
    await this.evaluateAll(vertices);
    const wrong = vertices.reduce((sum, vertex, k) => sum + (this.winner(vertex) === filled[k] ? 0 : 1), 0);
    if (wrong > 0) {
      await this.settle();
      this.interpolate();
    }
    return { points: vertices.length, wrong };
  }

  /** Halves blocks until no evaluated vertex contradicts the corners of the block that it is in. */
  private async settle(): Promise<void> {
    for (;;) {
      const contradicted = this.takeContradicted();
      if (contradicted.size === 0) return;
      for (const [step, lows] of contradicted) await this.halve({ lows, variations: lows.map(() => 0) }, step, true);
    }
  }

  /** Halves blocks of this edge, all of them or those that a boundary may cross, and so on down to edges of 1. */
  private async halve(given: Blocks, edge: number, all: boolean): Promise<void> {
    let blocks = given;
    for (let step = edge; step > 1 && blocks.lows.length > 0; step /= 2) {
      const children: Blocks = { lows: [], variations: [] };
      blocks.lows.forEach((low, k) => {
        this.poll();
        const variation = this.variation(low, step, blocks.variations[k]!);
        if (variation === undefined && !(all && step === edge)) {
          this.keep(low, step);
          return;
        }
        for (const child of this.children(low, step)) {
          children.lows.push(child);
          children.variations.push(variation ?? 0);
        }
      });
      await this.evaluateAll(children.lows.flatMap(low => this.corners(low, step / 2)));
      blocks = children;
    }
  }

  private keep(low: number, step: number): void {
    const leaves = this.leaves.get(step);
    if (leaves === undefined) this.leaves.set(step, [low]);
    else leaves.push(low);
  }

  /** Takes out the blocks in which an evaluated vertex has another winner than the corners. */
  private takeContradicted(): Map<number, number[]> {
    const found = new Map<number, number[]>();
    const { evaluated } = this;
    const [layer, row] = this.strides;
    for (const [step, leaves] of this.leaves) {
      const isContradicted = (low: number): boolean => {
        this.poll();
        const [deep, high, wide] = this.edges(low, step);
        const expected = this.winner(low);
        for (let z = 0; z <= deep; z++)
          for (let y = 0; y <= high; y++)
            for (let vertex = low + z * layer + y * row, end = vertex + wide; vertex <= end; vertex++)
              if (evaluated[vertex] === 1 && this.winner(vertex) !== expected) return true;
        return false;
      };
      const taken = leaves.filter(isContradicted);
      if (taken.length === 0) continue;
      found.set(step, taken);
      const isTaken = new Set(taken);
      this.leaves.set(
        step,
        leaves.filter(low => !isTaken.has(low)),
      );
    }
    return found;
  }

  /** How much leads vary by where a boundary may cross a block, `undefined` where none is to be expected. */
  private variation(low: number, step: number, before: number): number | undefined {
    const expected = this.winner(low);
    let [least, most, isOne] = [Infinity, 0, true];
    for (const corner of this.corners(low, step)) {
      if (this.winner(corner) !== expected) isOne = false;
      const lead = this.lead(corner);
      least = Math.min(least, lead);
      most = Math.max(most, lead);
    }
    const variation = Math.max(isOne ? most - least : most + least, before / 2);
    // A lead that is not a number is no lead.
    return isOne && least > variation ? undefined : variation;
  }

  private winner(vertex: number): number {
    const { scores } = this;
    const { width } = this.options;
    const from = vertex * width;
    if (width === 1) return scores[from]! > 0 ? 1 : 0;
    let best = 0;
    for (let k = 1; k < width; k++) if (scores[from + k]! > scores[from + best]!) best = k;
    return best;
  }

  /** Of the winner, over the next. */
  private lead(vertex: number): number {
    const { scores } = this;
    const { width } = this.options;
    const from = vertex * width;
    if (width === 1) return Math.abs(scores[from]!);
    let first = -Infinity;
    let second = -Infinity;
    for (let k = 0; k < width; k++) {
      const score = scores[from + k]!;
      if (score > first) {
        second = first;
        first = score;
      } else if (score > second) second = score;
    }
    return first - second;
  }

  private async evaluateAll(vertices: readonly number[]): Promise<void> {
    const fresh: number[] = [];
    for (const vertex of vertices) {
      if (this.evaluated[vertex] === 1) continue;
      this.evaluated[vertex] = 1;
      fresh.push(vertex);
    }
    if (fresh.length === 0) return;
    const found = await this.options.evaluate(Uint32Array.from(fresh));
    const { width } = this.options;
    fresh.forEach((vertex, k) => {
      for (let c = 0; c < width; c++) this.scores[vertex * width + c] = found[k * width + c]!;
    });
    this.evaluatedCount += fresh.length;
  }

  /** Lengths of a block's edges: shorter at the end of the grid. */
  private edges(low: number, step: number): readonly [number, number, number] {
    const [depth, height, width] = this.lengths;
    const row = Math.floor(low / width);
    const layer = Math.floor(row / height);
    return [
      Math.min(step, depth - 1 - layer),
      Math.min(step, height - 1 - (row - layer * height)),
      Math.min(step, width - 1 - (low - row * width)),
    ];
  }

  private corners(low: number, step: number): number[] {
    const [deep, high, wide] = this.edges(low, step);
    const [layer, row] = this.strides;
    const plane = [low, low + wide, low + high * row, low + high * row + wide];
    return deep === 0 ? plane : [...plane, ...plane.map(corner => corner + deep * layer)];
  }

  /** Low corners of the blocks of half the edge. */
  private children(low: number, step: number): number[] {
    const half = step / 2;
    const [deep, high, wide] = this.edges(low, step);
    const [layer, row] = this.strides;
    const children = [low];
    if (wide > half) children.push(low + half);
    if (high > half) children.push(...children.map(child => child + half * row));
    if (deep > half) children.push(...children.map(child => child + half * layer));
    return children;
  }

  /** Fills in the vertices that were not evaluated, linearly along each axis between the corners of their block: who wins at all of them wins in between. */
  private interpolate(): void {
    const { scores, evaluated } = this;
    const { width } = this.options;
    const [layer, row] = this.strides;
    const weights = new Float64Array(4);
    for (const [step, leaves] of this.leaves)
      for (const low of leaves) {
        this.poll();
        const [deep, high, wide] = this.edges(low, step);
        const corners = this.corners(low, step);
        for (let z = 0; z <= deep; z++)
          for (let y = 0; y <= high; y++)
            for (let x = 0; x <= wide; x++) {
              const vertex = low + z * layer + y * row + x;
              if (evaluated[vertex] === 1) continue;
              const [right, up, far] = [x / (wide || 1), y / (high || 1), z / (deep || 1)];
              weights[0] = (1 - right) * (1 - up);
              weights[1] = right * (1 - up);
              weights[2] = (1 - right) * up;
              weights[3] = right * up;
              for (let c = 0; c < width; c++) {
                let sum = 0;
                for (let k = 0; k < corners.length; k++)
                  sum += weights[k & 3]! * (k < 4 ? 1 - far : far) * scores[corners[k]! * width + c]!;
                scores[vertex * width + c] = sum;
              }
            }
      }
  }

  private poll(): void {
    if (this.polls++ % STEPS_BETWEEN_POLLS === 0) this.cancellation.throwIfCancelled();
  }
}
