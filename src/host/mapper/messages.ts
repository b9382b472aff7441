import { isRecord, isText } from '../inspect/messages';
import type { MapperFromView, MapperParameters } from '../../protocol/mapper';

const LONGEST_NAME = 65_536;
const LONGEST_TEXT = 64 * 2 ** 20;
/** Of what a view keeps, positions of ten thousand nodes among it. */
const LONGEST_KEPT = 2 ** 21;
const MOST_ROWS = 2 ** 22;
const MOST_PREVIEWS = 256;
export const MOST_MAPPER_POINTS = 200_000;
const LENS = /^(?:l2|pca1|pca2|density|eccentricity|confidence|error|column \d{1,4})$/;

/** What the view may send, checked field by field: a message that is not exactly one of ours is dropped. */
export function parseMapperMessage(message: unknown): MapperFromView | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case 'ready':
    case 'cancel':
    case 'rerun':
    case 'pickData':
    case 'showLog':
    case 'chooseModel':
    case 'describe':
    case 'loops':
    case 'communities':
      return { type: message.type };
    case 'confirm':
      return typeof message.proceed === 'boolean' ? { type: 'confirm', proceed: message.proceed } : undefined;
    case 'graph':
    case 'grid': {
      const parameters = parametersOf(message.parameters);
      if (parameters === undefined || !isWhole(message.request, 0, Number.MAX_SAFE_INTEGER)) return undefined;
      return { type: message.type, request: message.request, parameters };
    }
    case 'subject':
      return isText(message.layer, LONGEST_NAME) && isWhole(message.points, 2, MOST_MAPPER_POINTS)
        ? { type: 'subject', layer: message.layer, points: message.points }
        : undefined;
    case 'inputs': {
      const rows = rowsOf(message.rows, MOST_PREVIEWS);
      if (rows === undefined || !isWhole(message.request, 0, Number.MAX_SAFE_INTEGER)) return undefined;
      return { type: 'inputs', request: message.request, rows: [...rows] };
    }
    case 'slice': {
      const rows = rowsOf(message.rows, MOST_ROWS);
      return rows !== undefined && isText(message.name, 200) ? { type: 'slice', name: message.name, rows } : undefined;
    }
    case 'removeSlice':
      return isText(message.name, 200) ? { type: 'removeSlice', name: message.name } : undefined;
    case 'keep':
      return isText(message.view, LONGEST_KEPT) ? { type: 'keep', view: message.view } : undefined;
    case 'save': {
      const { suggestedName, format } = message;
      const content = message.content instanceof ArrayBuffer ? new Uint8Array(message.content) : message.content;
      const fits = content instanceof Uint8Array || isText(content, LONGEST_TEXT);
      if (!fits || !isText(suggestedName, 500) || (format !== 'csv' && format !== 'png')) return undefined;
      return { type: 'save', suggestedName, format, content };
    }
    case 'copy':
      return isText(message.text, LONGEST_TEXT) ? { type: 'copy', text: message.text } : undefined;
    case 'openDocs':
      return message.page === 'mapper' ? { type: 'openDocs', page: message.page } : undefined;
    default:
      return undefined;
  }
}

function parametersOf(value: unknown): MapperParameters | undefined {
  if (!isRecord(value) || !Array.isArray(value.lenses)) return undefined;
  const lenses = value.lenses.filter((lens): lens is string => typeof lens === 'string' && LENS.test(lens));
  const { intervals, overlap, clustering, radiusFactor, minimumPoints } = value;
  const sound =
    lenses.length === value.lenses.length &&
    (lenses.length === 1 || lenses.length === 2) &&
    isWhole(intervals, 1, 1000) &&
    isIn(overlap, 0, 0.9) &&
    (clustering === 'dbscan' || clustering === 'single-linkage') &&
    isIn(radiusFactor, 0.01, 100) &&
    isWhole(minimumPoints, 1, 1000);
  return sound ? { lenses, intervals, overlap, clustering, radiusFactor, minimumPoints } : undefined;
}

function rowsOf(value: unknown, most: number): Uint32Array | undefined {
  const list: unknown[] = Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(value as Iterable<unknown>) : []; // prettier-ignore
  if (list.length === 0 || list.length > most || !list.every(row => isWhole(row, 0, 2 ** 32 - 1))) return undefined;
  return Uint32Array.from(list);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isIn(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}
