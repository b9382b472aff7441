import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import type { Warning } from '../base/fault';
import { openArray } from '../data/openData';
import { blaming } from './blaming';
import { hashOf, openReference, type ReadContext } from './openFiles';

export interface Grid {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
  readonly warnings: readonly Warning[];
  readonly file: { readonly name: string; readonly sha256: string; readonly treatment: string };
}

/** Reads an array of any shape whose entries are all finite. Throws `not-finite`, saying where, and what the readers throw. */
export function openGrid(reference: string, store: DisposableStore, { cancellation, libraries }: ReadContext): Grid {
  const { source, part } = openReference(reference, store);
  const { shape, values, warnings } = blaming(
    reference,
    () => openArray(source, { part, cancellation, libraries }),
    source.name,
  );
  const broken = firstNotFinite(values, cancellation);
  if (broken >= 0) {
    const place: number[] = [];
    for (let axis = shape.length - 1, rest = broken; axis >= 0; axis--) {
      place.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    throw new Fault('not-finite', `Entry [${place.join(', ')}] of the grid is ${values[broken]}.`, {
      source: reference,
    });
  }
  return {
    shape,
    values,
    warnings,
    file: { name: reference, sha256: hashOf(source, cancellation), treatment: 'taken as they are' },
  };
}

const ENTRIES_BETWEEN_POLLS = 1 << 20;

/** The place of the first entry that is not finite; −1 where there is none. */
function firstNotFinite(values: Float32Array | Float64Array, cancellation: Cancellation): number {
  for (let i = 0; i < values.length; i++) {
    if (i % ENTRIES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    if (!Number.isFinite(values[i])) return i;
  }
  return -1;
}
