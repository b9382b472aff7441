import { absoluteIn, relativeTo } from './reference';

/** The data that a model is inspected with, by absolute paths. */
export interface DataLink {
  readonly data: string;
  readonly labels?: string;
}

/**
 * The link of a model in a folder's setting, if there is one. Settings are text that anybody may have written: what is not
 * of the right form counts as not there.
 */
export function readLink(setting: unknown, folder: string, model: string): DataLink | undefined {
  if (!isRecord(setting)) return undefined;
  const key = relativeTo(folder, model);
  const link = Object.hasOwn(setting, key) ? setting[key] : undefined;
  if (!isRecord(link) || typeof link.data !== 'string' || link.data === '') return undefined;
  const labels = typeof link.labels === 'string' && link.labels !== '' ? link.labels : undefined;
  return {
    data: absoluteIn(folder, link.data),
    ...(labels === undefined ? {} : { labels: absoluteIn(folder, labels) }),
  };
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
      data: relativeTo(folder, link.data),
      ...(link.labels === undefined ? {} : { labels: relativeTo(folder, link.labels) }),
    };
  }
  return next;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
