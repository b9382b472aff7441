import type { Shape } from '../models/model';

/** A layer of the network as candidates are found from: of all layers, in the order of computation. */
export interface NetworkLayer {
  readonly name: string;
  readonly parameters: number;
  readonly outputShape: Shape | undefined;
  /** Names of layers it reads from. */
  readonly inputs: readonly string[];
  /** Whether the network gives its output away. */
  readonly isOutput: boolean;
}

/** Stands for the network's input among the dominators. */
export const INPUT = -1;

/** Which layer reads which, and through which all ways to a layer lead. */
export class RemovalGraph {
  readonly inputs: readonly (readonly number[])[];
  private readonly readers: readonly number[][];
  /** The nearest layer that all ways to a layer lead through, or the network's input. */
  readonly dominator: readonly number[];

  constructor(readonly layers: readonly NetworkLayer[]) {
    const at = new Map(layers.map((layer, index) => [layer.name, index]));
    // A layer that stands later, or is not there, cannot be read.
    this.inputs = layers.map((layer, index) =>
      layer.inputs.flatMap(name => {
        const source = at.get(name);
        return source === undefined || source >= index ? [] : [source];
      }),
    );
    this.readers = layers.map(() => []);
    this.inputs.forEach((sources, reader) => sources.forEach(source => this.readers[source]!.push(reader)));
    const dominator: number[] = [];
    const meet = (a: number, b: number): number => {
      // A dominator stands before what it dominates.
      while (a !== b) {
        if (a > b) a = dominator[a] ?? INPUT;
        else b = dominator[b] ?? INPUT;
      }
      return a;
    };
    this.inputs.forEach(sources => dominator.push(sources.length === 0 ? INPUT : sources.reduce(meet)));
    this.dominator = dominator;
  }

  /** The one layer outside that is read, and the one inside that is read from outside; undefined where there are others. */
  endsOf(members: readonly number[]): { readonly entry: number; readonly exit: number } | undefined {
    const inside = new Set(members);
    const entries = new Set(
      members.flatMap(at =>
        this.inputs[at]!.length === 0 ? [INPUT] : this.inputs[at]!.filter(one => !inside.has(one)),
      ),
    );
    const exits = members.filter(
      at => this.layers[at]!.isOutput || this.readers[at]!.some(reader => !inside.has(reader)),
    );
    if (entries.size !== 1 || exits.length !== 1) return undefined;
    return { entry: [...entries][0]!, exit: exits[0]! };
  }

  /** Layers on the ways from one to another, without the first, in order. */
  between(entry: number, exit: number): readonly number[] {
    const found = new Set<number>();
    const stack = [exit];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (found.has(at) || at <= entry) continue;
      found.add(at);
      stack.push(...this.inputs[at]!);
    }
    return [...found].sort((a, b) => a - b);
  }
}
