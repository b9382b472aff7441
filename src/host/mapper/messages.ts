import type { MapperFromView, MapperParameters } from '../../protocol/mapper';
import {
  isIndex,
  isIntegerIn,
  isNumberIn,
  isRecord,
  isText,
  LONGEST_NAME,
  LONGEST_TEXT,
  rowsIn,
} from '../base/messageFields';

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
      if (parameters === undefined || !isIndex(message.request)) return undefined;
      return { type: message.type, request: message.request, parameters };
    }
    case 'subject':
      return isText(message.layer, LONGEST_NAME) && isIntegerIn(message.points, 2, MOST_MAPPER_POINTS)
        ? { type: 'subject', layer: message.layer, points: message.points }
        : undefined;
    case 'inputs': {
      const rows = rowsIn(message.rows, MOST_PREVIEWS);
      if (rows === undefined || !isIndex(message.request)) return undefined;
      return { type: 'inputs', request: message.request, rows };
    }
    case 'slice': {
      const rows = rowsIn(message.rows, MOST_ROWS);
      return rows !== undefined && isText(message.name, 200)
        ? { type: 'slice', name: message.name, rows: Uint32Array.from(rows) }
        : undefined;
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
    isIntegerIn(intervals, 1, 1000) &&
    isNumberIn(overlap, 0, 0.9) &&
    (clustering === 'dbscan' || clustering === 'single-linkage') &&
    isNumberIn(radiusFactor, 0.01, 100) &&
    isIntegerIn(minimumPoints, 1, 1000);
  return sound ? { lenses, intervals, overlap, clustering, radiusFactor, minimumPoints } : undefined;
}
