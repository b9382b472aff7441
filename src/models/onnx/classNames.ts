import type { OnnxFile } from './protocol';

/** Keys of metadata that hold class names, by the exporters that write them (Ultralytics, Azure Custom Vision, Roboflow, timm). */
const KEYS = ['names', 'classes', 'class_names', 'classnames', 'class_labels', 'labels', 'label_names', 'id2label'];
const MAX_CLASSES = 100_000;

/** The names of the classes, in the order of the outputs: from metadata, or from a classifier's own attributes. */
export function classNamesOf(file: OnnxFile): readonly string[] | undefined {
  for (const [key, value] of file.metadata) {
    if (!KEYS.includes(key.toLowerCase())) continue;
    const names = parseNames(value);
    if (names !== undefined) return names;
  }
  for (const node of file.graph.nodes) {
    if (node.domain !== 'ai.onnx.ml') continue;
    for (const key of ['classlabels_strings', 'classlabels_ints', 'classlabels_int64s']) {
      const attribute = node.attributes.get(key);
      const names = attribute?.strings ?? attribute?.integers?.map(String);
      if (names !== undefined && names.length > 0) return names;
    }
  }
  return undefined;
}

/** A JSON list or object, a Python dictionary or list as text, or names separated by commas or lines. */
export function parseNames(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(trimmed);
  } catch {
    parsed = undefined;
  }
  if (Array.isArray(parsed)) return checked(parsed.map(String));
  if (typeof parsed === 'object' && parsed !== null)
    return byIndex(Object.entries(parsed).map(([k, v]) => [k, String(v)]));
  if (parsed !== undefined) return undefined;
  if (trimmed.startsWith('{')) {
    const pairs = [...trimmed.matchAll(/(\d+)\s*:\s*(?:'([^']*)'|"([^"]*)")/g)];
    return byIndex(pairs.map(match => [match[1]!, match[2] ?? match[3]!]));
  }
  if (/^[[(]/.test(trimmed)) {
    return checked([...trimmed.matchAll(/'([^']*)'|"([^"]*)"/g)].map(match => match[1] ?? match[2]!));
  }
  const parts = trimmed.split(trimmed.includes('\n') ? '\n' : ',').map(part => part.trim());
  return parts.length >= 2 ? checked(parts) : undefined;
}

function byIndex(pairs: readonly (readonly [string, string])[]): readonly string[] | undefined {
  const names = new Array<string>(pairs.length).fill('');
  for (const [key, name] of pairs) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index >= names.length || names[index] !== '') return undefined;
    names[index] = name;
  }
  return checked(names);
}

function checked(names: readonly string[]): readonly string[] | undefined {
  return names.length > 0 && names.length <= MAX_CLASSES && names.every(name => name !== '') ? names : undefined;
}
