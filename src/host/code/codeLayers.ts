import type { LayerOutline, NamedMatch } from '../../protocol/source';
import type { ModelLayer } from '../../source/modelSizes';
import type { TextChange } from '../../source/sourceTexts';

/** A network of a source and the model that it defines, if that is known. */
export interface LinkedNetwork {
  /** The file that defines the network; its layers may stand in others. With slashes. */
  readonly file: string;
  readonly name: string;
  /** Path of the model; `undefined` where several fit and nobody has chosen one. */
  readonly model: string | undefined;
  /** Models that fit. */
  readonly choices: readonly string[];
  readonly match: NamedMatch;
  readonly layers: readonly ModelLayer[];
}

/** A line of a source that defines layers: several, where it stands in a loop. */
export interface CodeLayer {
  readonly start: number;
  readonly end: number;
  readonly op: string;
  readonly unit: UnitWord;
  readonly network: LinkedNetwork;
  readonly layers: readonly DefinedLayer[];
}

export interface DefinedLayer {
  /** As the source calls it. */
  readonly path: string;
  /** As the model calls it. */
  readonly model: string;
  /** What the source says that it gives; `undefined` where only running it would tell. */
  readonly units: number | undefined;
  /** What the model's layer gives. */
  readonly modelUnits: number | undefined;
  /** Whether all sizes that both know are the same. */
  readonly agrees: boolean;
}

export type UnitWord = 'filters' | 'units' | 'dimensions';

/** The layers that give units, of those that stand in a file; a place that several networks define is the best match's. */
export function codeLayersIn(file: string, networks: readonly LinkedNetwork[]): readonly CodeLayer[] {
  const found = new Map<number, CodeLayer>();
  for (const network of networks.toSorted((a, b) => b.match.confidence - a.match.confidence)) {
    const own = new Map<number, CodeLayer & { readonly layers: DefinedLayer[] }>();
    for (const { source, model, agrees } of network.match.pairs) {
      const layer = network.match.network.layers[source]!;
      const modelLayer = network.layers[model]!;
      const unit = unitOf(layer);
      if (layer.place.file !== file || unit === undefined || found.has(layer.place.start)) continue;
      const { start, end } = layer.place;
      const entry = own.get(start) ?? { start, end, op: layer.op, unit, network, layers: [] };
      entry.layers.push({
        path: layer.path,
        model: modelLayer.name,
        units: layer.sizes.find(({ role }) => role === 'outputs')?.value,
        modelUnits: modelLayer.outputs,
        agrees,
      });
      own.set(start, entry);
    }
    for (const [start, entry] of own) found.set(start, entry);
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

function unitOf({ kind, op }: LayerOutline): UnitWord | undefined {
  switch (kind) {
    case 'convolution':
    case 'transposed':
      return 'filters';
    case 'dense':
    case 'recurrent':
      return 'units';
    case 'embedding':
      return 'dimensions';
    case 'normalisation':
    case 'attention':
    case 'activation':
    case 'pooling':
    case 'shape':
    case 'dropout':
    case 'other':
      return op === 'Linear' ? 'units' : undefined;
  }
}

/** The same layers after a change of the text: what stands behind it moves along, and a layer whose text is gone is gone. */
export function shifted(layers: readonly CodeLayer[], changes: readonly TextChange[]): readonly CodeLayer[] {
  return changes.reduce<readonly CodeLayer[]>((now, { start, end, text }) => {
    const by = text.length - (end - start);
    return now.flatMap(layer => {
      if (end <= layer.start) return [{ ...layer, start: layer.start + by, end: layer.end + by }];
      if (start >= layer.end) return [layer];
      if (start <= layer.start && end >= layer.end && text === '') return [];
      return [{ ...layer, start: Math.min(layer.start, start), end: Math.max(layer.start, layer.end + by) }];
    });
  }, layers);
}

/** By which what is kept of a network is found again. */
export function networkKey({ file, name }: Pick<LinkedNetwork, 'file' | 'name'>): string {
  return `${file}#${name}`;
}

/** Whether a source and its model say the same of all sizes that both know. */
export function allAgree({ match }: Pick<LinkedNetwork, 'match'>): boolean {
  return match.pairs.every(({ agrees }) => agrees);
}

/** What tells whether a source is as it was: its layers and their sizes, and nothing of how it is written. */
export function definitionOf({ match }: Pick<LinkedNetwork, 'match'>): string {
  return match.network.layers
    .map(
      ({ path, op, sizes }) => `${path}:${op}(${sizes.map(({ role, value }) => `${role}=${value ?? '?'}`).join(',')})`,
    )
    .join(';');
}
