import { scopesOf } from './layerGraph/scopes';
import { INPUT, type RemovalGraph } from './removalGraph';

/** A block that follows on one like it. */
export interface RepeatedBlock {
  /** What the names of its layers with parameters share and no other layer has; else those of its first and last layer. */
  readonly name: string;
  readonly entry: number;
  readonly exit: number;
  /** In order, with the exit among them. */
  readonly members: readonly number[];
}

/** Stretches between layers that all ways lead through, in a block: eight where attention and what follows it are each normalised twice. */
const MOST_STRETCHES = 8;

/**
 * Blocks that are repeated, such as the layers of a transformer, whose attention and whose two dense layers end in branches of their own: the network is cut at each layer that all
 * ways to an output lead through, and stretches that come again in the same order, with as many layers, parameters and the same shapes, are one block. A block has branches, and begins with
 * one where it can; of a chain of layers without any, the layers themselves are looked at.
 */
export function repeatedBlocks(graph: RemovalGraph): readonly RepeatedBlock[] {
  const { layers } = graph;
  const found = new Map<string, RepeatedBlock>();
  layers.forEach((layer, output) => {
    if (!layer.isOutput) return;
    for (const block of blocksBefore(graph, output)) {
      const ends = graph.endsOf(block.members);
      // What is read or given away from its midst stays.
      if (ends?.entry === block.entry && ends.exit === block.exit) found.set(`${block.entry} ${block.exit}`, block);
    }
  });
  return [...found.values()];
}

/** A part of the network between two cuts that follow on each other. */
interface Stretch {
  readonly entry: number;
  readonly exit: number;
  readonly members: readonly number[];
  readonly branches: boolean;
  readonly kind: string;
}

function blocksBefore(graph: RemovalGraph, output: number): readonly RepeatedBlock[] {
  const stretches = stretchesBefore(graph, output);
  const covered = new Uint8Array(stretches.length);
  const found: RepeatedBlock[] = [];
  for (let period = 1; period <= MOST_STRETCHES; period++) {
    for (let from = 0; from + 2 * period <= stretches.length; from++) {
      let to = from;
      while (to + period < stretches.length && stretches[to]!.kind === stretches[to + period]!.kind) to++;
      if (to - from < period) continue;
      const end = to + period;
      const start = beginning(stretches, from, end, period);
      // Two short blocks are one long one, too: the short ones are meant.
      if (start !== undefined && covered[start] === 0)
        for (let first = start; first + period <= end; first += period) {
          covered.fill(1, first, first + period);
          found.push(blockOf(graph, stretches.slice(first, first + period)));
        }
      from = to;
    }
  }
  return found;
}

/** Where the blocks of a run begin: with a branch, as early as most of them fit; undefined where none has branches. */
function beginning(stretches: readonly Stretch[], from: number, end: number, period: number): number | undefined {
  const starts = Array.from({ length: period }, (_, offset) => from + offset);
  const fit = (start: number) => Math.floor((end - start) / period);
  return starts
    .filter(start => stretches[start]!.branches && fit(start) > 0)
    .sort((a, b) => fit(b) - fit(a) || a - b)[0];
}

function stretchesBefore(graph: RemovalGraph, output: number): readonly Stretch[] {
  const { layers, dominator, inputs } = graph;
  const stretches: Stretch[] = [];
  for (let exit = output; dominator[exit] !== INPUT; exit = dominator[exit]!) {
    const entry = dominator[exit]!;
    const members = graph.between(entry, exit);
    const sizes = members.map(at => layers[at]!.parameters).join();
    const shape = layers[exit]!.outputShape?.join('×') ?? '';
    stretches.push({ entry, exit, members, branches: inputs[exit]!.length > 1, kind: `${sizes} ${shape}` });
  }
  return stretches.reverse();
}

function blockOf(graph: RemovalGraph, stretches: readonly Stretch[]): RepeatedBlock {
  const members = stretches.flatMap(stretch => stretch.members);
  const { entry } = stretches[0]!;
  const { exit } = stretches.at(-1)!;
  return { name: nameOf(graph, members), entry, exit, members };
}

function nameOf({ layers }: RemovalGraph, members: readonly number[]): string {
  const name = (at: number) => layers[at]!.name;
  const held = members.filter(at => layers[at]!.parameters > 0);
  const paths = scopesOf(layers.map(layer => layer.name));
  const [first, ...others] = held.map(at => paths[at]!);
  let shared = first?.slice(0, -1) ?? [];
  for (const path of others) {
    const differs = shared.findIndex((part, depth) => path[depth] !== part);
    if (differs >= 0) shared = shared.slice(0, differs);
  }
  const inside = new Set(members);
  const elsewhere = paths.some((path, at) => !inside.has(at) && shared.every((part, depth) => path[depth] === part));
  return shared.length > 0 && !elsewhere ? shared.join('.') : `${name(members[0]!)}..${name(members.at(-1)!)}`;
}
