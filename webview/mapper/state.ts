import type { MapperParameters } from '../../src/protocol/mapper';
import { base64ToBytes, bytesToBase64 } from '../../src/protocol/codec';
import type { Camera } from '../describe/graph/camera';

/** Covers of papers, as names and what they set. Lenses, intervals, overlap, points and radius are theirs; where a paper gives a range, its middle is taken. */
export const PRESETS: readonly {
  readonly name: string;
  readonly from: string;
  readonly parameters: MapperParameters;
}[] = [
  {
    name: 'Overview',
    from: 'Few intervals: what holds together at all.',
    parameters: {
      lenses: ['l2'],
      intervals: 20,
      overlap: 0.3,
      clustering: 'dbscan',
      radiusFactor: 1,
      minimumPoints: 5,
    },
  },
  {
    name: 'TopoAct',
    from: 'Rathore, Chalapathi, Palande, Wang 2021: norm of the activations, 40 intervals, half of each shared, DBSCAN.',
    parameters: {
      lenses: ['l2'],
      intervals: 40,
      overlap: 0.5,
      clustering: 'dbscan',
      radiusFactor: 1,
      minimumPoints: 5,
    },
  },
  {
    name: 'Purvine',
    from: 'Purvine et al. 2022: norm, 40 intervals, a quarter shared, DBSCAN of 5 points at the knee of the neighbour distances.',
    parameters: {
      lenses: ['l2'],
      intervals: 40,
      overlap: 0.25,
      clustering: 'dbscan',
      radiusFactor: 1,
      minimumPoints: 5,
    },
  },
  {
    name: 'TopoBERT',
    from: 'In the manner of TopoBERT (Rathore et al. 2023): 50 intervals, half shared, DBSCAN of 3 points at three quarters of the knee.',
    parameters: {
      lenses: ['l2'],
      intervals: 50,
      overlap: 0.5,
      clustering: 'dbscan',
      radiusFactor: 0.75,
      minimumPoints: 3,
    },
  },
];

export const FIRST_PARAMETERS = PRESETS[0]!.parameters;

/** What a person has set, and where nodes are: it outlives the page and the window. */
export interface KeptView {
  readonly parameters: MapperParameters;
  readonly colouring: string;
  readonly isStripOpen: boolean;
  readonly camera?: Camera;
  /** Positions of the graph that had this key. */
  readonly layout?: { readonly key: string; readonly positions: Float32Array };
}

/** Says of two graphs whether they are the same: hashes what they are made of (FNV-1a). */
export function graphKey({
  starts,
  members,
  source,
  target,
}: {
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
  readonly source: Uint32Array;
  readonly target: Uint32Array;
}): string {
  let hash = 0x811c9dc5;
  for (const list of [starts, members, source, target])
    for (const number of list) hash = Math.imul(hash ^ number, 0x01000193) >>> 0;
  return `${starts.length - 1} ${source.length} ${hash.toString(16)}`;
}

/** As text, for VS Code to keep. Positions are rounded to half a pixel. */
export function writeKept({ parameters, colouring, isStripOpen, camera, layout }: KeptView): string {
  const positions = layout && Int32Array.from(layout.positions, value => Math.round(2 * value));
  return JSON.stringify({
    parameters,
    colouring,
    isStripOpen,
    ...(camera === undefined ? {} : { camera }),
    ...(layout === undefined || positions === undefined
      ? {}
      : { layout: { key: layout.key, positions: bytesToBase64(new Uint8Array(positions.buffer)) } }),
  });
}

/** What was kept; `undefined` where it is not understood. */
export function readKept(text: string | undefined): KeptView | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as Partial<Record<string, unknown>>;
    const parameters = readParameters(kept['parameters']);
    if (parameters === undefined) return undefined;
    const camera = kept['camera'] as Partial<Camera> | undefined;
    const layout = kept['layout'] as { readonly key?: unknown; readonly positions?: unknown } | undefined;
    const isCamera = camera !== undefined && [camera.x, camera.y, camera.scale].every(Number.isFinite);
    const positions =
      typeof layout?.key === 'string' && typeof layout.positions === 'string'
        ? Float32Array.from(new Int32Array(base64ToBytes(layout.positions).buffer), value => value / 2)
        : undefined;
    return {
      parameters,
      colouring: typeof kept['colouring'] === 'string' ? kept['colouring'] : 'class',
      isStripOpen: kept['isStripOpen'] !== false,
      ...(isCamera ? { camera: camera as Camera } : {}),
      ...(positions === undefined ? {} : { layout: { key: layout!.key as string, positions } }),
    };
  } catch {
    return undefined;
  }
}

function readParameters(value: unknown): MapperParameters | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { lenses, intervals, overlap, clustering, radiusFactor, minimumPoints } = value as Partial<Record<keyof MapperParameters, unknown>>; // prettier-ignore
  const isNumber = (given: unknown, least: number, most: number): given is number =>
    typeof given === 'number' && given >= least && given <= most;
  const names = Array.isArray(lenses) ? lenses.filter((lens): lens is string => typeof lens === 'string') : [];
  if (names.length < 1 || names.length > 2 || !isNumber(intervals, 1, 1000) || !isNumber(overlap, 0, 0.9)) return undefined; // prettier-ignore
  if (!isNumber(radiusFactor, 0.01, 100) || !isNumber(minimumPoints, 1, 1000)) return undefined;
  if (clustering !== 'dbscan' && clustering !== 'single-linkage') return undefined;
  return { lenses: names, intervals, overlap, clustering, radiusFactor, minimumPoints };
}
