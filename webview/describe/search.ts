import type { Layers } from './graph/shownGraph';

/** Layers whose name or operator holds what is looked for, in the order of computation. */
export function findLayers(layers: Layers, query: string): readonly string[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  return layers.filter(({ name, op }) => `${name} ${op}`.toLowerCase().includes(wanted)).map(({ name }) => name);
}

/** The hit to go to: the next after what is chosen, or the one before it, around the ends. */
export function nextHit(
  hits: readonly string[],
  layers: Layers,
  chosen: string | undefined,
  way: 'next' | 'previous',
): string | undefined {
  if (hits.length === 0) return undefined;
  const place = new Map(layers.map(({ name }, at) => [name, at]));
  const from = chosen === undefined ? undefined : place.get(chosen);
  if (from === undefined) return way === 'next' ? hits[0] : hits.at(-1);
  return way === 'next'
    ? (hits.find(name => place.get(name)! > from) ?? hits[0])
    : (hits.findLast(name => place.get(name)! < from) ?? hits.at(-1));
}
