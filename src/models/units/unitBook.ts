import type { LinearUse, PrunableNetwork, Slice, UnitGroup, UnitsKept } from './prunableNetwork';

/** Units that are compared with each other: n² costs and covariances. */
export const MOST_COMPARED = 4096;

/** A label for each index along an axis. Indices that can only go together get labels that are joined. */
export type Labels = Int32Array;
/** Of each axis of a tensor; `null` for one that stays as it is. */
export type Axes = readonly (Labels | null)[];

/** A use as the walk over a network notes it, before units are known. */
export type NotedUse = Omit<LinearUse, 'units' | 'shared'> & { readonly labels: Labels };

/**
 * What a walk over a network's operators finds out about its sizes. Each index along each axis of each stored tensor starts with a label of its own; an
 * operator joins the labels of what has to go together, and keeps those that cannot go. What is left are the units: sets of joined labels, none of which is kept.
 */
export class UnitBook {
  private parent = new Int32Array(1024);
  private count = 0;
  private readonly reasons = new Map<number, string>();
  private readonly tensors = new Map<string, Axes>();
  private readonly readers = new Map<string, number>();
  private readonly givers: { readonly labels: Labels; readonly tensor: string; readonly axis: number }[] = [];
  private readonly uses: NotedUse[] = [];

  fresh(count: number): Labels {
    while (this.count + count > this.parent.length) {
      const larger = new Int32Array(this.parent.length * 2);
      larger.set(this.parent);
      this.parent = larger;
    }
    const labels = Int32Array.from({ length: count }, (_, i) => this.count + i);
    for (const label of labels) this.parent[label] = label;
    this.count += count;
    return labels;
  }

  find(label: number): number {
    const { parent } = this;
    let root = label;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }

  /** Two labels of the same unit. */
  unite(a: number, b: number): void {
    const [one, other] = [this.find(a), this.find(b)];
    if (one === other) return;
    const reason = this.reasons.get(one) ?? this.reasons.get(other);
    // The lower label stays the root: so units do not depend on the order of joins.
    const [root, child] = one < other ? [one, other] : [other, one];
    this.parent[child] = root;
    if (reason !== undefined) this.reasons.set(root, reason);
  }

  /** Index by index; arrays of different lengths cannot go together. */
  join(a: Labels | null, b: Labels | null, reason: string): Labels | null {
    if (a === null || b === null || a.length !== b.length) {
      this.keep(a, reason);
      this.keep(b, reason);
      return null;
    }
    for (let i = 0; i < a.length; i++) this.unite(a[i]!, b[i]!);
    return a;
  }

  /** What is labelled so stays, and why: a sentence. The first reason counts. */
  keep(labels: Labels | null, reason: string): void {
    for (const label of labels ?? []) {
      const root = this.find(label);
      if (!this.reasons.has(root)) this.reasons.set(root, reason);
    }
  }

  keepAll(axes: Axes | undefined, reason: string): void {
    for (const labels of axes ?? []) this.keep(labels, reason);
  }

  /** The labels of a tensor that is stored; axes of length 1 have none, since nothing could go. */
  stored(tensor: string, shape: readonly number[]): Axes {
    const known = this.tensors.get(tensor);
    if (known !== undefined) return known;
    const axes = shape.map(length => (length > 1 ? this.fresh(length) : null));
    this.tensors.set(tensor, axes);
    return axes;
  }

  /** Another operator reads a stored tensor. */
  reads(tensor: string): void {
    this.readers.set(tensor, (this.readers.get(tensor) ?? 0) + 1);
  }

  /** The layer of this weight gives outputs with these labels, along one of its axes. */
  gives(labels: Labels | null, tensor: string, axis: number): void {
    if (labels !== null) this.givers.push({ labels, tensor, axis });
  }

  use(use: NotedUse): void {
    this.uses.push(use);
  }

  /** `layersOf` names the layers that use a stored tensor, `order` is that of all layers. */
  finish(
    layersOf: (tensor: string) => readonly string[],
    order: readonly string[],
    structure: (kept: UnitsKept) => ReturnType<PrunableNetwork['structure']>,
  ): PrunableNetwork {
    const place = new Map(order.map((name, index) => [name, index]));
    const measured = new Set<number>();
    for (const { labels } of this.uses) {
      if (new Set(labels).size > MOST_COMPARED)
        this.keep(labels, `More than ${MOST_COMPARED} of them are read together.`);
      for (const label of labels) measured.add(this.find(label));
    }
    for (const { labels } of this.givers)
      for (const label of labels)
        if (!measured.has(this.find(label))) this.keep(Int32Array.of(label), 'No layer with weights reads them.');
    const layers = new Map<number, Set<string>>();
    // Of one layer, heads of attention and what it makes of them are not alike.
    const places = new Map<number, Set<string>>();
    for (const { labels, tensor, axis } of this.givers)
      for (const label of labels) {
        const root = this.find(label);
        const found = layers.get(root) ?? new Set<string>();
        layers.set(root, found);
        for (const layer of layersOf(tensor)) found.add(layer);
        places.set(root, (places.get(root) ?? new Set<string>()).add(`${tensor}\u0002${axis}`));
      }
    const groups = new Map<string, { layers: readonly string[]; roots: number[] }>();
    const whole = new Map<string, { layers: readonly string[]; units: number; reason: string }>();
    const unitOf = new Map<number, number>();
    for (const root of [...layers.keys()].sort((a, b) => a - b)) {
      const names = [...layers.get(root)!].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
      if (names.length === 0) continue;
      const reason = this.reasons.get(root);
      const key = [...names, '', ...[...places.get(root)!].sort(), '', reason ?? ''].join('\u0000');
      if (reason !== undefined) {
        const one = whole.get(key) ?? { layers: names, units: 0, reason };
        one.units++;
        whole.set(key, one);
        continue;
      }
      const group = groups.get(key) ?? { layers: names, roots: [] };
      groups.set(key, group);
      group.roots.push(root);
    }
    const byPlace = (a: { layers: readonly string[] }, b: { layers: readonly string[] }) =>
      (place.get(a.layers[0]!) ?? 0) - (place.get(b.layers[0]!) ?? 0) || a.layers.length - b.layers.length;
    const ordered = [...groups.values()].sort(byPlace);
    const alone = ordered.filter(group => group.roots.length < 2);
    const kept = ordered.filter(group => group.roots.length >= 2);
    let next = 0;
    const channels = new Map<number, number>();
    for (const { labels } of this.givers)
      for (const label of labels) channels.set(this.find(label), (channels.get(this.find(label)) ?? 0) + 1);
    const found = kept.map(({ layers: names, roots }): UnitGroup => {
      const from = next;
      for (const root of roots) unitOf.set(root, next++);
      const perUnit = Math.max(1, Math.round((channels.get(roots[0]!) ?? 1) / names.length));
      return { layers: names, from, units: roots.length, channelsPerUnit: perUnit };
    });
    const units = (labels: Labels) => labels.map(label => unitOf.get(this.find(label)) ?? -1);
    const slices: Slice[] = [];
    for (const [tensor, axes] of this.tensors)
      axes.forEach((labels, axis) => {
        const own = labels === null ? undefined : units(labels);
        if (own?.some(unit => unit >= 0) === true) slices.push({ tensor, axis, units: own });
      });
    return {
      groups: found,
      units: next,
      leftWhole: [
        ...[...whole.values()].sort(byPlace),
        ...alone.map(({ layers: names }) => ({ layers: names, units: 1, reason: 'It is the only unit.' })),
      ],
      slices,
      uses: this.uses
        .map(({ labels, ...use }) => ({
          ...use,
          units: units(labels),
          shared: (this.readers.get(use.weight) ?? 1) > 1,
        }))
        .filter(use => use.units.some(unit => unit >= 0)),
      givers: this.givers.map(({ labels, tensor, axis }) => ({ tensor, axis, units: units(labels) })),
      structure: removed => structure(labels => units(labels).filter(unit => unit < 0 || removed[unit] === 0).length),
    };
  }
}
