import type { LayerCall } from './kerasNetwork';

/** Places among a layer's inputs of what attention reads. */
export interface AttentionInputs {
  readonly query: number;
  readonly value: number;
  readonly key: number;
}

/** Keras calls attention with a query, a value, and a key that is the value where it is not given; by their places or by their names. */
export function attentionInputs(call: Pick<LayerCall, 'names'> | undefined, count: number): AttentionInputs {
  const named = (name: string) => {
    const at = call?.names.indexOf(name) ?? -1;
    return at < 0 ? undefined : at;
  };
  const places = Array.from({ length: count }, (_, i) => i).filter(i => call?.names[i] === undefined);
  const query = named('query') ?? 0;
  const value = named('value') ?? places[1] ?? query;
  return { query, value, key: named('key') ?? places[2] ?? value };
}
