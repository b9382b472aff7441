import { Fault } from '../base/fault';
import { innerLayerFault } from '../models/innerLayerFault';
import type { Layer, Model } from '../models/model';
import { attentionLayers } from './attention/attentionLayers';
import { outputLayers } from './outputLayers';

/** The layers of these names, in the order of computation, and outputs of these names, or attention that is none, after them. Throws `usage` for a name there is not, with the nearest ones; `unsupported` for inner layers. */
export function selectLayers(model: Model, names: readonly string[] | undefined): readonly Layer[] {
  if (names === undefined) return model.layers;
  const all = [...model.layers, ...outputLayers(model), ...attentionLayers(model, names)];
  const known = new Set(all.map(layer => layer.name));
  for (const name of names) {
    if (known.has(name)) continue;
    const inner = model.innerLayers?.find(layer => layer.name === name);
    if (inner !== undefined) throw innerLayerFault(inner, model.innerLayers ?? []);
    const near = nearest(name, [...known]);
    throw new Fault(
      'usage',
      `The model has no layer "${name}"; the nearest ${near.length === 1 ? 'name is' : 'names are'} ${near.join(', ')}.`,
      {
        hint: '`neural-topology describe MODEL` lists all layers.',
      },
    );
  }
  const asked = new Set(names);
  return all.filter(layer => asked.has(layer.name));
}

function nearest(name: string, known: readonly string[]): string[] {
  return known
    .slice(0, 2000)
    .map(candidate => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(one => one.candidate);
}

/** Levenshtein distance, of the first 100 characters. */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.slice(0, 100), b.slice(0, 100)];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length]!;
}
