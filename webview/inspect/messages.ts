import type { ToView } from '../../src/protocol/panel';
import type { InspectHead, InspectResult, LayerTopology } from '../../src/protocol/results';

/**
 * The edge of the view: messages and embedded results are looked at before anything is drawn from them. Infinity does not
 * survive every way here (JSON makes it null), and is put back.
 */

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A number that may have travelled as null. */
function numberOr(value: unknown, fallback: number): number {
  return isNumber(value) ? value : fallback;
}

/** The layer, or undefined where its arrays do not fit each other. */
export function checkedLayer(value: unknown): LayerTopology | undefined {
  if (!isFields(value) || !isText(value['name']) || !isText(value['op']) || !isNumber(value['points']))
    return undefined;
  const { diagram, betti, projection, dense0, band, loopNull, significant } = value;
  if (!isArray(value['shape']) || !isArray(value['cycles']) || !isArray(value['caveats'])) return undefined;
  if (!isArray(value['totalPersistence'])) return undefined;
  if (!isFields(diagram) || !isFields(betti) || !isFields(projection)) return undefined;
  if (!isFields(dense0) || !isFields(band) || !isFields(significant)) return undefined;
  const { dimension, birth, death } = diagram;
  if (!(dimension instanceof Uint8Array) || !(birth instanceof Float64Array) || !(death instanceof Float64Array)) {
    return undefined;
  }
  if (birth.length !== dimension.length || death.length !== dimension.length) return undefined;
  const { scales, counts } = betti;
  if (!(scales instanceof Float64Array) || !(counts instanceof Float64Array)) return undefined;
  if (scales.length !== 0 && counts.length % scales.length !== 0) return undefined;
  const { x, y } = projection;
  if (!(x instanceof Float32Array) || !(y instanceof Float32Array) || x.length !== y.length) return undefined;
  if (!isArray(projection['explained'])) return undefined;
  for (const cycle of value['cycles']) {
    if (!isFields(cycle) || !isNumber(cycle['pair'])) return undefined;
    if (!(cycle['vertices'] instanceof Uint32Array) || !(cycle['edges'] instanceof Uint32Array)) return undefined;
  }
  const layer = value as unknown as LayerTopology;
  return {
    ...layer,
    enclosingRadius: numberOr(value['enclosingRadius'], Infinity),
    medianDistance: numberOr(value['medianDistance'], NaN),
    dense0: { ...layer.dense0, scaleTo: numberOr(dense0['scaleTo'], Infinity) },
    band: { ...layer.band, width: numberOr(band['width'], NaN) },
    loopNull: isFields(loopNull) && isNumber(loopNull['threshold']) ? layer.loopNull : undefined,
    significant: {
      components: layer.significant.components,
      loops: isNumber(significant['loops']) ? significant['loops'] : undefined,
    },
  };
}

export function checkedHead(value: unknown): InspectHead | undefined {
  if (!isFields(value) || !isFields(value['model']) || !isFields(value['data'])) return undefined;
  if (!isFields(value['parameters']) || !isArray(value['layers'])) return undefined;
  if (!(value['sampledRows'] instanceof Uint32Array)) return undefined;
  const { labels } = value;
  if (isFields(labels) && (!(labels['values'] instanceof Int32Array) || !isArray(labels['classes']))) return undefined;
  for (const layer of value['layers']) if (!isFields(layer) || !isText(layer['name'])) return undefined;
  const head = value as unknown as InspectHead;
  return {
    ...head,
    labels: isFields(labels) ? head.labels : undefined,
    accuracy: isFields(value['accuracy']) ? head.accuracy : undefined,
    layers: head.layers.map(layer => ({ ...layer, shape: isArray(layer.shape) ? layer.shape : undefined })),
  };
}

export function checkedResult(value: unknown): InspectResult | undefined {
  if (!isFields(value) || !isArray(value['layers']) || !isArray(value['failures'])) return undefined;
  if (!isArray(value['findings']) || !isArray(value['warnings'])) return undefined;
  const head = checkedHead(value['head']);
  const layers = value['layers'].map(checkedLayer);
  if (head === undefined || layers.includes(undefined)) return undefined;
  return { ...(value as unknown as InspectResult), head, layers: layers.filter(layer => layer !== undefined) };
}

const STATUSES = ['waiting', 'confirm', 'running', 'done', 'cancelled', 'failed'];

/** The message, or undefined where it is none of ours. */
export function checkedMessage(value: unknown): ToView | undefined {
  if (!isFields(value)) return undefined;
  const { type } = value;
  switch (type) {
    case 'start':
      return isText(value['title']) && isText(value['commandLine']) ? (value as ToView) : undefined;
    case 'status': {
      const { status } = value;
      if (!isFields(status) || !isText(status['kind']) || !STATUSES.includes(status['kind'])) return undefined;
      if (status['kind'] === 'failed' && !(isFields(status['fault']) && isArray(status['actions']))) return undefined;
      return value as ToView;
    }
    case 'partial':
      return checkedPartial(value['partial']);
    case 'result': {
      const result = checkedResult(value['result']);
      return result === undefined ? undefined : { type, result };
    }
    case 'inputs':
      return isArray(value['inputs']) && value['inputs'].every(isInput) && isText(value['note'])
        ? (value as ToView)
        : undefined;
    case 'select':
      return isText(value['layer']) ? (value as ToView) : undefined;
    default:
      return undefined;
  }
}

function checkedPartial(value: unknown): ToView | undefined {
  if (!isFields(value)) return undefined;
  const { kind } = value;
  switch (kind) {
    case 'head': {
      const head = checkedHead(value['head']);
      return head === undefined ? undefined : { type: 'partial', partial: { kind, head } };
    }
    case 'layer': {
      const layer = checkedLayer(value['layer']);
      return layer === undefined ? undefined : { type: 'partial', partial: { kind, layer } };
    }
    case 'failure':
      return isFields(value['failure']) && isText(value['failure']['name'])
        ? ({ type: 'partial', partial: value } as ToView)
        : undefined;
    case 'findings':
      return isArray(value['findings']) ? ({ type: 'partial', partial: value } as ToView) : undefined;
    default:
      return undefined;
  }
}

function isInput(value: unknown): boolean {
  if (!isFields(value) || !isNumber(value['row'])) return false;
  if (value['kind'] === 'cells') return isArray(value['cells']);
  const { width, height, channels, pixels } = value;
  if (value['kind'] !== 'image' || !(pixels instanceof Uint8Array)) return false;
  if (!isNumber(width) || !isNumber(height) || (channels !== 1 && channels !== 3)) return false;
  return 0 < width && 0 < height && width * height * channels === pixels.length;
}
