import type { Shape } from '../models/model';
import { scopesOf } from './layerGraph/scopes';
import { INPUT, RemovalGraph, type NetworkLayer } from './removalGraph';
import type { RemovalCandidate } from './redundancy';
import { repeatedBlocks } from './repeatedBlocks';

export type { NetworkLayer } from './removalGraph';

/** Of what a layer with parameters holds in the mean, parts with less than this share save too little to be worth a run: biases and normalisations by themselves. */
const WORTH = 0.1;

/**
 * What could be taken out of a network: every layer with parameters that reads from one layer; every block that its author named, that ends where branches come together, or that is
 * repeated (attention with what follows it), if one layer goes into it and one comes out of it. Where both ends have one shape the block would be bypassed, and else a linear map would stand in its place. Layers that give the network's outputs, and what
 * reads its input, stay. In the order of their exits.
 */
export function removalCandidates(layers: readonly NetworkLayer[]): readonly RemovalCandidate[] {
  const graph = new RemovalGraph(layers);
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
  const taken = new Set([...found.values()].map(({ candidate }) => candidate.name));
  for (const { name, entry, exit, members } of repeatedBlocks(graph)) {
    if (!sameShape(layers[entry]!.outputShape, layers[exit]!.outputShape) || taken.has(name)) continue;
    add(name, entry, exit, members);
  }
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
