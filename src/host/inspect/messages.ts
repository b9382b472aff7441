import { PIXEL_CHOICES } from '../../data/images/pixelValues';
import type { DataChoice, FromView, PanelRestore } from '../../protocol/panel';
import type { Reduction } from '../../protocol/results';
import {
  isIndex,
  isIntegerIn,
  isRecord,
  isText,
  LONGEST_NAME,
  LONGEST_PATH,
  LONGEST_TEXT,
  rowsIn,
} from '../base/messageFields';

/**
 * What a view may send, checked field by field: a view has drawn strangers' text, so that nothing it says is believed. A
 * message that is not exactly one of ours is dropped, and only the fields that we know are read.
 */
export function parseFromView(message: unknown): FromView | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case 'ready':
    case 'cancel':
    case 'pickData':
    case 'chooseModel':
    case 'exportReport':
    case 'redundancy':
    case 'prune':
    case 'showLog':
      return { type: message.type };
    case 'describe':
      if (message.layer === undefined) return { type: 'describe' };
      return isText(message.layer, LONGEST_NAME) ? { type: 'describe', layer: message.layer } : undefined;
    case 'mapper':
      return isText(message.layer, LONGEST_NAME) ? { type: 'mapper', layer: message.layer } : undefined;
    case 'confirm':
      return typeof message.proceed === 'boolean' ? { type: 'confirm', proceed: message.proceed } : undefined;
    case 'rerun':
      return parseRerun(message.changes);
    case 'inputs':
      return parseInputs(message);
    case 'save':
      return parseSave(message);
    case 'copy':
      return isText(message.what, 200) && isText(message.text, LONGEST_TEXT)
        ? { type: 'copy', what: message.what, text: message.text }
        : undefined;
    case 'programWay': {
      const way = PROGRAM_WAYS.find(known => known === message.way);
      return way === undefined ? undefined : { type: 'programWay', way };
    }
    case 'openDocs':
      return typeof message.page === 'string' && /^[a-z0-9]+(-[a-z0-9]+)*(#[a-z0-9-]+)?$/.test(message.page)
        ? { type: 'openDocs', page: message.page }
        : undefined;
    default:
      return undefined;
  }
}

/** What a view kept for us over a reload; `undefined` where it is not of our making. */
export function parseRestore(value: unknown): PanelRestore | undefined {
  if (!isRecord(value) || value.version !== 1 || !isText(value.model, LONGEST_PATH)) return undefined;
  const data = value.data === undefined ? undefined : parseDataChoice(value.data);
  const changes = parseChanges(value);
  if (changes === undefined || (value.data !== undefined && data === undefined)) return undefined;
  return { version: 1, model: value.model, ...(data === undefined ? {} : { data }), ...changes };
}

export const PROGRAM_WAYS = [
  'chooseActivation',
  'createLayerList',
  'openLayerList',
  'copyExportCode',
  'runWithPython',
] as const;
export const MOST_POINTS = 20_000;
export const REDUCTIONS = ['mean', 'flatten', 'positions'] as const satisfies readonly Reduction[];

export function isReduction(value: unknown): value is Reduction {
  return REDUCTIONS.some(reduction => reduction === value);
}

const LARGEST_FILE = 512 * 2 ** 20;
const MOST_ROWS = 256;

interface Changes {
  readonly points?: number;
  readonly maxDimension?: number;
  readonly reduction?: Reduction;
}

function parseChanges(value: Record<string, unknown>): Changes | undefined {
  const { points, maxDimension, reduction } = value;
  if (points !== undefined && !isIntegerIn(points, 2, MOST_POINTS)) return undefined;
  if (maxDimension !== undefined && !isIntegerIn(maxDimension, 0, 2)) return undefined;
  if (reduction !== undefined && !isReduction(reduction)) return undefined;
  return {
    ...(points === undefined ? {} : { points }),
    ...(maxDimension === undefined ? {} : { maxDimension }),
    ...(reduction === undefined ? {} : { reduction }),
  };
}

function parseRerun(value: unknown): FromView | undefined {
  if (!isRecord(value)) return undefined;
  // 'auto' takes back a reduction that was chosen before.
  const automatic = value.reduction === 'auto';
  const changes = parseChanges(automatic ? { ...value, reduction: undefined } : value);
  if (changes === undefined) return undefined;
  return { type: 'rerun', changes: automatic ? { ...changes, reduction: 'auto' } : changes };
}

function parseInputs(message: Record<string, unknown>): FromView | undefined {
  const { request } = message;
  const rows = rowsIn(message.rows, MOST_ROWS);
  return rows !== undefined && isIndex(request) ? { type: 'inputs', request, rows } : undefined;
}

const FORMATS = ['svg', 'png', 'csv', 'json'] as const;

function parseSave(message: Record<string, unknown>): FromView | undefined {
  const format = FORMATS.find(known => known === message.format);
  if (format === undefined || !isText(message.suggestedName, 500)) return undefined;
  const content = message.content instanceof ArrayBuffer ? new Uint8Array(message.content) : message.content;
  const fits = typeof content === 'string' ? content.length <= LARGEST_FILE : content instanceof Uint8Array;
  if (!fits) return undefined;
  return {
    type: 'save',
    suggestedName: message.suggestedName,
    format,
    content: content as string | Uint8Array,
  };
}

export function parseDataChoice(value: unknown): DataChoice | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === 'random') return { kind: 'random' };
  if (value.labels !== undefined && !isText(value.labels, LONGEST_PATH)) return undefined;
  if (value.kind === 'stored')
    return { kind: 'stored', ...(value.labels === undefined ? {} : { labels: value.labels }) };
  if (value.kind !== 'file' || !isText(value.data, LONGEST_PATH)) return undefined;
  const pixels = PIXEL_CHOICES.find(choice => choice === value.pixels);
  if (value.pixels !== undefined && pixels === undefined) return undefined;
  const inputs = value.inputs === undefined ? undefined : parseInputsByName(value.inputs);
  if (value.inputs !== undefined && inputs === undefined) return undefined;
  if (value.vocabulary !== undefined && !isText(value.vocabulary, LONGEST_PATH)) return undefined;
  return {
    kind: 'file',
    data: value.data,
    ...(value.labels === undefined ? {} : { labels: value.labels }),
    ...(pixels === undefined ? {} : { pixels }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(value.vocabulary === undefined ? {} : { vocabulary: value.vocabulary }),
  };
}

const MOST_INPUTS = 64;

/** Data by the names of inputs, in settings and in what a view kept alike; `undefined` where it is of another form. */
export function parseInputsByName(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  const sound =
    entries.length <= MOST_INPUTS && entries.every(([name, data]) => isText(name, 500) && isText(data, LONGEST_PATH));
  return sound ? Object.fromEntries(entries.map(([name, data]) => [name, String(data)])) : undefined;
}
