import type { Field } from './recordTable';

/** What values under one name have in common, as one after another is seen. */
export type Kind = Pick<Field, 'kind' | 'shape' | 'integers'>;

/** Of one value; `undefined` for one that says nothing of its kind. */
export function kindOf(value: unknown): Kind | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return { kind: 'number', shape: [], integers: Number.isInteger(value) };
  if (typeof value === 'boolean') return { kind: 'number', shape: [], integers: true };
  if (typeof value === 'string') return { kind: 'text', shape: [], integers: false };
  if (!Array.isArray(value)) return { kind: 'other', shape: [], integers: false };
  const shape = shapeOf(value as readonly unknown[], 0);
  if (shape === undefined) return { kind: 'other', shape: [], integers: false };
  return { kind: 'array', shape, integers: allIntegers(value as readonly unknown[]) };
}

/** Of values of either kind. */
export function together(a: Kind, b: Kind): Kind {
  const integers = a.integers && b.integers;
  const isArray = ({ kind }: Kind) => kind === 'array' || kind === 'ragged';
  if (isArray(a) && isArray(b)) {
    const same = a.kind === b.kind && sameShape(a.shape, b.shape);
    if (same && a.kind === 'array') return { kind: 'array', shape: a.shape, integers };
    const flat = ({ kind, shape }: Kind) => kind === 'ragged' || shape.length === 1;
    return { kind: flat(a) && flat(b) ? 'ragged' : 'other', shape: [], integers };
  }
  return a.kind === b.kind ? { kind: a.kind, shape: a.shape, integers } : { kind: 'other', shape: [], integers };
}

const DEEPEST = 16;

/** The shape of nested arrays of numbers; `undefined` where they hold anything else, or are uneven. */
export function shapeOf(value: readonly unknown[], depth = 0): readonly number[] | undefined {
  const [first] = value;
  if (depth > DEEPEST) return undefined;
  if (!Array.isArray(first)) return value.every(isNumber) ? [value.length] : undefined;
  const inner = shapeOf(first as readonly unknown[], depth + 1);
  if (inner === undefined) return undefined;
  for (const item of value) {
    const shape = Array.isArray(item) ? shapeOf(item as readonly unknown[], depth + 1) : undefined;
    if (shape === undefined || !sameShape(shape, inner)) return undefined;
  }
  return [value.length, ...inner];
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function allIntegers(value: readonly unknown[]): boolean {
  return value.every(item =>
    Array.isArray(item) ? allIntegers(item as readonly unknown[]) : typeof item !== 'number' || Number.isInteger(item),
  );
}
