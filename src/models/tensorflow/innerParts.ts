import type { StoredTensor } from '../storedTensor';
import type { GraphNode } from './graph';

/**
 * Nodes within loops and choices: from Enter to Exit, and from Switch to Merge. They have a value in each turn, or none, so that none of them is a
 * layer.
 */
export function innerNodes(ordered: readonly GraphNode[]): ReadonlySet<string> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of ordered)
    for (const input of node.inputs) {
      const known = readers.get(input.node);
      if (known === undefined) readers.set(input.node, [node]);
      else known.push(node);
    }
  const inner = new Set<string>();
  const spread = (from: GraphNode, last: string) => {
    const reached = new Set<string>();
    const pending = [from];
    let ends = false;
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (reached.has(node.name)) continue;
      reached.add(node.name);
      if (node.op === last || inner.has(node.name)) ends = true;
      else pending.push(...(readers.get(node.name) ?? []));
    }
    // What never comes together again is no choice of two values.
    if (ends) for (const name of reached) inner.add(name);
  };
  for (const node of ordered) if (node.op === 'Enter') spread(node, 'Exit');
  for (const node of ordered) if (node.op === 'Switch') spread(node, 'Merge');
  return inner;
}

/** A loop or a choice, with those within it: what is stored for its nodes, and which layers it reads from. */
export interface InnerPart {
  readonly weights: StoredTensor[];
  readonly sources: Set<string>;
}

/** The part that each inner node belongs to: nodes that read from each other are of one, but for what leaves one loop and enters the next. */
export function innerParts(ordered: readonly GraphNode[]): ReadonlyMap<string, InnerPart> {
  const inner = innerNodes(ordered);
  const above = new Map<string, string>();
  const top = (name: string): string => {
    let at = name;
    for (let next = above.get(at); next !== undefined; next = above.get(at)) at = next;
    if (at !== name) above.set(name, at);
    return at;
  };
  const exits = new Set(ordered.filter(node => node.op === 'Exit').map(node => node.name));
  for (const node of ordered) {
    if (!inner.has(node.name)) continue;
    for (const input of node.inputs) {
      if (!inner.has(input.node) || exits.has(input.node)) continue;
      const [a, b] = [top(node.name), top(input.node)];
      if (a !== b) above.set(a, b);
    }
  }
  const parts = new Map<string, InnerPart>();
  const found = new Map<string, InnerPart>();
  for (const name of inner) {
    const root = top(name);
    const part = parts.get(root) ?? { weights: [], sources: new Set() };
    parts.set(root, part);
    found.set(name, part);
  }
  return found;
}
