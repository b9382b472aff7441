import { edgesOf, type Block, type BlockTree, type GraphLayer, type LayerEdges } from './graphLayer';
import { scopesOf } from './scopes';

/** More than these side by side in one block are put into runs. */
const MOST_CHILDREN = 120;
/** Children of a run: as many as leave the fewest edges between runs. */
const SHORTEST_RUN = 24;
const LONGEST_RUN = 48;

/** A block that is still being made: its children in the order of computation. */
interface Draft {
  readonly name: string;
  readonly label: string;
  readonly children: Child[];
}
type Child = number | Draft;

/**
 * The blocks of a network by its layers' names, as its author nested them. A block of one layer is that layer, and of blocks that hold nothing but each other the names are joined.
 *
 * Folded blocks are a graph without circles: a block that another one computes in the midst of (a module that is called twice) is cut there. Where more than 120 layers or
 * blocks stand side by side, they are put into runs in the order of computation, whatever their names.
 */
export function foldLayers(layers: readonly GraphLayer[], edges = edgesOf(layers)): BlockTree {
  const root: Draft = { name: '', label: '', children: draftsOf(layers) };
  while (root.children.length === 1 && typeof root.children[0] === 'object')
    root.children.splice(0, 1, ...root.children[0].children);
  cutCircles(root, edges, layers.length);
  cutRuns(root, edges, layers);
  return flatten(root, layers);
}

interface Trie {
  readonly inner: Map<string, Trie>;
  /** Layers and names of inner blocks, in the order in which they first appear. */
  readonly order: (number | string)[];
}

function draftsOf(layers: readonly GraphLayer[]): Child[] {
  const top: Trie = { inner: new Map(), order: [] };
  const scopes = scopesOf(layers.map(({ name }) => name));
  const known = new Set<string>();
  for (const path of scopes)
    for (let length = 1; length < path.length; length++) known.add(path.slice(0, length).join('\0'));
  scopes.forEach((path, at) => {
    let trie = top;
    // A layer that is called as a block is the heart of that block.
    const depth = known.has(path.join('\0')) ? path.length : path.length - 1;
    for (const part of path.slice(0, depth)) {
      let next = trie.inner.get(part);
      if (next === undefined) {
        trie.inner.set(part, (next = { inner: new Map(), order: [] }));
        trie.order.push(part);
      }
      trie = next;
    }
    trie.order.push(at);
  });
  return childrenOf(top, []);
}

function childrenOf(trie: Trie, path: readonly string[]): Child[] {
  return trie.order.map((entry): Child => {
    if (typeof entry === 'number') return entry;
    const inner = [...path, entry];
    const children = childrenOf(trie.inner.get(entry)!, inner);
    const [only] = children;
    if (children.length === 1 && typeof only === 'number') return only;
    // "0" says nothing without the name before it.
    const label = /^\d+$/.test(entry) && path.length > 0 ? `${path.at(-1)}.${entry}` : entry;
    if (children.length === 1 && typeof only === 'object')
      return { ...only, label: only.name.slice(path.join('.').length + (path.length > 0 ? 1 : 0)) };
    return { name: inner.join('.'), label, children };
  });
}

/** For each layer below a draft the child that it is in. */
function fillOwners(children: readonly Child[], owners: Int32Array): void {
  const enter = (child: Child, owner: number): void => {
    if (typeof child === 'number') owners[child] = owner;
    else for (const inner of child.children) enter(inner, owner);
  };
  children.forEach((child, at) => enter(child, at));
}

function* layersIn(child: Child): Generator<number> {
  if (typeof child === 'number') yield child;
  else for (const inner of child.children) yield* layersIn(inner);
}

/** Edges between children, as lists of successors. */
function successors(children: readonly Child[], edges: LayerEdges, owners: Int32Array): Set<number>[] {
  owners.fill(-1);
  fillOwners(children, owners);
  const next = children.map(() => new Set<number>());
  for (let edge = 0; edge < edges.from.length; edge++) {
    const from = owners[edges.from[edge]!]!;
    const to = owners[edges.to[edge]!]!;
    if (from !== -1 && to !== -1 && from !== to) next[from]!.add(to);
  }
  return next;
}

function cutCircles(draft: Draft, edges: LayerEdges, layers: number): void {
  const owners = new Int32Array(layers);
  const visit = (one: Draft): void => {
    const circles = circlesOf(successors(one.children, edges, owners));
    if (circles.length > 0) {
      const parts = new Map<Child, readonly Child[]>();
      for (const circle of circles) {
        const members = circle.map(at => one.children[at]!);
        for (const [member, pieces] of piecesOf(members)) parts.set(member, pieces);
      }
      one.children.splice(0, one.children.length, ...one.children.flatMap(child => parts.get(child) ?? [child]));
    }
    for (const child of one.children) if (typeof child === 'object') visit(child);
  };
  visit(draft);
}

/**
 * Cuts blocks that compute in the midst of each other into runs of consecutive layers. Between runs of one order no circle is possible, as every edge leads forward in it.
 */
function piecesOf(members: readonly Child[]): Map<Child, readonly Child[]> {
  const order = members.flatMap(member => [...layersIn(member)].map(layer => ({ layer, member })));
  order.sort((a, b) => a.layer - b.layer);
  const runs = new Map<Child, Set<number>[]>(members.map(member => [member, []]));
  order.forEach(({ layer, member }, at) => {
    const own = runs.get(member)!;
    if (at > 0 && order[at - 1]!.member === member) own.at(-1)!.add(layer);
    else own.push(new Set([layer]));
  });
  return new Map(
    [...runs].map(([member, sets]) => [
      member,
      sets.map((set, at) => only(member, set, at === 0 ? '' : ` (${at + 1})`)!),
    ]),
  );
}

/** A block with some of its layers alone. */
function only(child: Child, kept: ReadonlySet<number>, suffix: string): Child | undefined {
  if (typeof child === 'number') return kept.has(child) ? child : undefined;
  const children = child.children.map(inner => only(inner, kept, suffix)).filter(inner => inner !== undefined);
  if (children.length < 2) return children[0];
  return { name: child.name + suffix, label: child.label + suffix, children };
}

/** Sets of more than one child that reach each other (Tarjan's strongly connected components, without recursion). */
function circlesOf(next: readonly ReadonlySet<number>[]): number[][] {
  const order = new Int32Array(next.length).fill(-1);
  const low = new Int32Array(next.length);
  const waiting: number[] = [];
  const isWaiting = new Uint8Array(next.length);
  const found: number[][] = [];
  let count = 0;
  for (let start = 0; start < next.length; start++) {
    if (order[start] !== -1) continue;
    const path = [{ node: start, rest: next[start]!.values() }];
    order[start] = low[start] = count++;
    waiting.push(start);
    isWaiting[start] = 1;
    while (path.length > 0) {
      const { node, rest } = path.at(-1)!;
      const step = rest.next();
      if (step.done !== true) {
        const to = step.value;
        if (order[to] === -1) {
          order[to] = low[to] = count++;
          waiting.push(to);
          isWaiting[to] = 1;
          path.push({ node: to, rest: next[to]!.values() });
        } else if (isWaiting[to] === 1) low[node] = Math.min(low[node]!, order[to]!);
        continue;
      }
      path.pop();
      const before = path.at(-1)?.node;
      if (before !== undefined) low[before] = Math.min(low[before]!, low[node]!);
      if (low[node] !== order[node]) continue;
      const members = waiting.splice(waiting.lastIndexOf(node));
      for (const member of members) isWaiting[member] = 0;
      if (members.length > 1) found.push(members);
    }
  }
  return found;
}

function cutRuns(draft: Draft, edges: LayerEdges, layers: readonly GraphLayer[]): void {
  const owners = new Int32Array(layers.length);
  const visit = (one: Draft): void => {
    for (const child of one.children) if (typeof child === 'object') visit(child);
    while (one.children.length > MOST_CHILDREN) {
      const next = successors(one.children, edges, owners);
      const order = topologicalOrder(one.children, next);
      const runs = cutOrder(order, next).map(run => run.map(at => one.children[at]!));
      const made = runs.map((run): Child => (run.length === 1 ? run[0]! : runOf(one, run, layers)));
      one.children.splice(0, one.children.length, ...made);
    }
  };
  visit(draft);
}

function runOf(around: Draft, run: Child[], layers: readonly GraphLayer[]): Draft {
  const labelOf = (child: Child): string => (typeof child === 'number' ? lastPart(layers[child]!.name) : child.label);
  const first = labelOf(run[0]!).split(' … ')[0]!;
  const last = labelOf(run.at(-1)!).split(' … ').at(-1)!;
  const label = `${first} … ${last}`;
  return { name: around.name === '' ? label : `${around.name}.${label}`, label, children: run };
}

function lastPart(name: string): string {
  return name.split(/[./]/).findLast(part => part !== '') ?? name;
}

/** Children in an order in which every edge leads forward: of those that may come next, the one whose first layer is computed first. */
function topologicalOrder(children: readonly Child[], next: readonly ReadonlySet<number>[]): number[] {
  const waitsFor = new Int32Array(children.length);
  for (const some of next) for (const to of some) waitsFor[to]!++;
  const firstLayer = children.map(child => {
    let first = Infinity;
    for (const layer of layersIn(child)) first = Math.min(first, layer);
    return first;
  });
  const ready = children.map((_, at) => at).filter(at => waitsFor[at] === 0);
  const order: number[] = [];
  while (ready.length > 0) {
    ready.sort((a, b) => firstLayer[b]! - firstLayer[a]!);
    const at = ready.pop()!;
    order.push(at);
    for (const to of next[at]!) if (--waitsFor[to]! === 0) ready.push(to);
  }
  return order;
}

function cutOrder(order: readonly number[], next: readonly ReadonlySet<number>[]): number[][] {
  const place = new Int32Array(order.length);
  order.forEach((child, at) => (place[child] = at));
  // Edges that pass between places p − 1 and p.
  const crossing = new Int32Array(order.length + 1);
  next.forEach((some, from) => {
    for (const to of some) {
      crossing[place[from]! + 1]!++;
      crossing[place[to]! + 1]!--;
    }
  });
  for (let at = 1; at < crossing.length; at++) crossing[at]! += crossing[at - 1]!;
  const runs: number[][] = [];
  for (let from = 0; from < order.length;) {
    let to = Math.min(order.length, from + LONGEST_RUN);
    if (to < order.length)
      for (let at = to; at >= from + SHORTEST_RUN; at--) if (crossing[at]! < crossing[to]!) to = at;
    runs.push(order.slice(from, to));
    from = to;
  }
  return runs;
}

function flatten(root: Draft, layers: readonly GraphLayer[]): BlockTree {
  const blocks: Block[] = [];
  const blockOf = new Int32Array(layers.length).fill(-1);
  const taken = new Map<string, number>();
  const enter = (children: readonly Child[], parent: number): void => {
    for (const child of children) {
      if (typeof child === 'number') {
        blockOf[child] = parent;
        continue;
      }
      const own = [...layersIn(child)];
      const times = (taken.get(child.name) ?? 0) + 1;
      taken.set(child.name, times);
      const at = blocks.push({
        name: times === 1 ? child.name : `${child.name} #${times}`,
        label: child.label,
        parent,
        layers: own.length,
        parameters: own.reduce((sum, layer) => sum + layers[layer]!.parameters, 0),
      });
      enter(child.children, at - 1);
    }
  };
  enter(root.children, -1);
  return { blocks, blockOf };
}
