import type { Given, TensorValue, Value } from './values';

/** All tensors among the arguments, those in lists as well. */
export function tensorsIn(given: Given): readonly TensorValue[] {
  const all = [...given.values, ...given.keywords.values()].map(({ value }) => value);
  return all.flatMap(value => flattened(value, 0));
}

function flattened(value: Value, depth: number): readonly TensorValue[] {
  if (value.type === 'tensor') return [value];
  if (value.type === 'list' && depth < 4) return value.items.flatMap(item => flattened(item, depth + 1));
  if (value.type === 'map' && depth < 4) return [...value.entries.values()].flatMap(item => flattened(item, depth + 1));
  return [];
}
