import type { Warning } from '../base/fault';
import type { Provenance } from './analysis';

/** What was written to the .npz: one array a layer, in the model's layout. */
export interface ActivationsResult {
  readonly layers: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Path of the file, as given. */
  readonly out: string;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}
