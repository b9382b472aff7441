import type { Shape } from '../models/model';
import { scopesOf } from './layerGraph/scopes';
import type { RemovalCandidate } from './redundancy';

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

/** Of what a layer with parameters holds in the mean, parts with less than this share save too little to be worth a run: biases and normalisations by themselves. */
const WORTH = 0.1;

/** Stands for the network's input among the dominators. */
const INPUT = -1;

/**
 * What could be taken out of a network: every layer with parameters that reads from one layer; every block that its author named, or that ends where branches come together, if one
 * layer goes into it and one comes out of it. Where both ends have one shape the block would be bypassed, and else a linear map would stand in its place. Layers that give the network's outputs, and what
 * reads its input, stay. In the order of their exits.
 */
export function removalCandidates(layers: readonly NetworkLayer[]): readonly RemovalCandidate[] {
  const graph = new Graph(layers);
  const found = new Map<string, { readonly candidate: RemovalCandidate; readonly exit: number }>();
  const names = new Set(layers.map(layer => layer.name));
  const sizes = layers.map(layer => layer.parameters).filter(size => size > 0);
  const least = (WORTH * sizes.reduce((sum, size) => sum + size, 0)) / Math.max(1, sizes.length);
  const add = (name: string, entry: number, exit: number, members: readonly number[]) => {
    if (entry === INPUT || layers[exit]!.isOutput) return;
    const parameters = members.reduce((sum, at) => sum + layers[at]!.parameters, 0);
    if (parameters === 0 || parameters < least) return;
    const key = `${entry} ${exit}`;
    // The author's own name, which comes first, stays.
    if (found.has(key)) return;
    const candidate: RemovalCandidate = {
      name,
      exit: layers[exit]!.name,
      entry: layers[entry]!.name,
      layers: members.map(at => layers[at]!.name),
      parameters,
      replacement: sameShape(layers[entry]!.outputShape, layers[exit]!.outputShape) ? 'bypass' : 'linear',
    };
    found.set(key, { candidate, exit });
  };
  for (const { name, members } of scopes(layers)) {
    const ends = graph.endsOf(members);
    if (ends !== undefined && members.length > 1 && !names.has(name)) add(name, ends.entry, ends.exit, members);
  }
  layers.forEach((layer, at) => {
    const inputs = graph.inputs[at]!;
    if (inputs.length === 1) add(layer.name, inputs[0]!, at, [at]);
    else if (inputs.length > 1) {
      const entry = graph.dominator[at]!;
      add(layer.name, entry, at, graph.between(entry, at));
    }
  });
  return withoutRepeats([...found.values()].sort((a, b) => a.exit - b.exit).map(one => one.candidate));
}

function sameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.length === b.length &&
    a.every((size, axis) => size === b[axis] && (size !== null || axis === 0 || a.length > 2))
  );
}

/** Of blocks that hold the same layers with parameters, differ only in how far around them they reach, and bypass alike, the larger. */
function withoutRepeats(candidates: readonly RemovalCandidate[]): readonly RemovalCandidate[] {
  return candidates.filter(
    one =>
      !candidates.some(
        other =>
          other !== one &&
          other.parameters === one.parameters &&
          other.replacement === one.replacement &&
          other.layers.length > one.layers.length &&
          one.layers.length > 1 &&
          one.layers.every(name => other.layers.includes(name)),
      ),
  );
}

/** Every block of the author's names, with its layers; inner ones first, whose names are nearer to what they hold. */
function scopes(
  layers: readonly NetworkLayer[],
): readonly { readonly name: string; readonly members: readonly number[] }[] {
  const paths = scopesOf(layers.map(layer => layer.name));
  const members = new Map<string, number[]>();
  paths.forEach((path, at) => {
    for (let depth = 1; depth < path.length; depth++) {
      const name = path.slice(0, depth).join('.');
      const list = members.get(name);
      if (list === undefined) members.set(name, [at]);
      else list.push(at);
    }
  });
  const depth = (name: string) => name.split('.').length;
  return [...members]
    .sort(([a], [b]) => depth(b) - depth(a))
    .map(([name, inside]) => ({ name: spelled(name, layers[inside[0]!]!.name), members: inside }));
}

/** A block as the names in it have it: model/dense for model/dense/MatMul. */
function spelled(scope: string, member: string): string {
  const path = scope.replaceAll('.', '/');
  return member.startsWith(`${path}/`) ? path : scope;
}

class Graph {
  readonly inputs: readonly (readonly number[])[];
  private readonly readers: readonly number[][];
  /** The nearest layer that all ways to a layer lead through, or the network's input. */
  readonly dominator: readonly number[];

  constructor(private readonly layers: readonly NetworkLayer[]) {
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
