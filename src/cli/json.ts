import type { PersistenceDiagram } from '../topology/diagram';

/** A diagram as cli.md has it: dimension → pairs sorted by birth, then death; infinity is null. All dimensions up to the largest are there. */
export function diagramJson(
  { dimension, birth, death }: PersistenceDiagram,
  maxDimension: number,
): Record<string, [number, number | null][]> {
  const json: Record<string, [number, number | null][]> = {};
  for (let d = 0; d <= maxDimension; d++) json[String(d)] = [];
  for (let i = 0; i < dimension.length; i++) (json[String(dimension[i]!)] ??= []).push([birth[i]!, finite(death[i]!)]);
  return json;
}

/** Simplices as lists of points. */
export function simplicesJson(simplices: Uint32Array, dimension: number): number[][] {
  const size = dimension + 1;
  return Array.from({ length: simplices.length / size }, (_, k) => [...simplices.subarray(k * size, (k + 1) * size)]);
}

/** A number by dimension. */
export function byDimension<T>(values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, dimension) => [String(dimension), value]));
}

/** Fields that hold sentences. */
const SENTENCES = new Set(['message', 'hint', 'sentence', 'rule', 'reason']);

/**
 * The text of a result for programs: a number is digits alone, in sentences as well, where people are shown 1,437. Typed arrays and
 * arrays of numbers are as they are.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(withPlainDigits(value));
}

function withPlainDigits(value: unknown): unknown {
  if (Array.isArray(value)) return typeof value[0] === 'object' ? value.map(withPlainDigits) : value;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]: [string, unknown]) => [
      key,
      typeof entry === 'string' && SENTENCES.has(key) ? plainDigits(entry) : withPlainDigits(entry),
    ]),
  );
}

function plainDigits(sentence: string): string {
  return sentence.replace(/"[^"]*"|(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])/g, found =>
    // What is quoted is a file's own text.
    found.startsWith('"') ? found : found.replaceAll(',', ''),
  );
}

export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
