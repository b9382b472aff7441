import path from 'node:path';
import { PIXEL_CHOICES } from '../../data/images/pixelValues';
import type { DataChoice } from '../../protocol/panel';
import { isRecord } from '../base/messageFields';
import { parseInputsByName } from '../inspect/messages';
import { absoluteIn, relativeTo } from './reference';

/** The data that a model is inspected with, by absolute paths; or that the file itself holds activations. */
export type DataLink = Exclude<DataChoice, { readonly kind: 'random' }>;

/**
 * The link of a model in a folder's setting, if there is one. Settings are text that anybody may have written: what is not
 * of the right form counts as not there.
 */
export function readLink(setting: unknown, folder: string, model: string): DataLink | undefined {
  if (!isRecord(setting)) return undefined;
  const key = relativeTo(folder, model);
  const link = Object.hasOwn(setting, key) ? setting[key] : undefined;
  if (!isRecord(link)) return undefined;
  const labels = isName(link.labels) ? { labels: absoluteIn(folder, link.labels) } : {};
  if (link.activations === true) return { kind: 'stored', ...labels };
  const chosen = PIXEL_CHOICES.find(choice => choice === link.pixels);
  const pixels = chosen === undefined ? {} : { pixels: chosen };
  if (!isName(link.data)) return undefined;
  const named = link.inputs === undefined ? undefined : parseInputsByName(link.inputs);
  const inputs = named === undefined ? {} : { inputs: mapped(named, data => absoluteIn(folder, data)) };
  const vocabulary = isName(link.vocabulary) ? { vocabulary: path.resolve(folder, link.vocabulary) } : {};
  return { kind: 'file', data: absoluteIn(folder, link.data), ...labels, ...pixels, ...inputs, ...vocabulary };
}

/** The setting with one model's link set, or taken out where `link` is undefined. */
export function writeLink(
  setting: unknown,
  folder: string,
  model: string,
  link: DataLink | undefined,
): Record<string, unknown> {
  const next: Record<string, unknown> = isRecord(setting) ? { ...setting } : {};
  const key = relativeTo(folder, model);
  if (link === undefined) delete next[key];
  else {
    next[key] = {
      ...(link.kind === 'stored' ? { activations: true } : { data: relativeTo(folder, link.data) }),
      ...(link.labels === undefined ? {} : { labels: relativeTo(folder, link.labels) }),
      ...(link.kind === 'file' && link.pixels !== undefined ? { pixels: link.pixels } : {}),
      ...(link.kind === 'file' && link.inputs !== undefined
        ? { inputs: mapped(link.inputs, data => relativeTo(folder, data)) }
        : {}),
      ...(link.kind === 'file' && link.vocabulary !== undefined
        ? { vocabulary: relativeTo(folder, link.vocabulary) }
        : {}),
    };
  }
  return next;
}

function mapped(values: Readonly<Record<string, string>>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
