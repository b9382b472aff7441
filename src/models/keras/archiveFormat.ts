import type { ByteSource } from '../../base/bytes';
import type { ModelFormat } from '../formats';
import { openKerasArchive } from './openArchive';
import { writeKerasArchive } from './writeKeras';

const TAIL_BYTES = 1 << 16;

/** Keras 3's own format: a zip of config.json, metadata.json and weights in HDF5. */
export const kerasArchiveFormat: ModelFormat = {
  name: 'Keras',

  match(source: ByteSource): boolean {
    const head = latin(source, 0, 4);
    if (head !== 'PK\x03\x04') return false;
    // Names of entries stand before their data, and again in the directory at the end.
    const names = latin(source, 0, 512) + latin(source, Math.max(0, source.size - TAIL_BYTES), TAIL_BYTES);
    const first = /^PK\x03\x04.{26}(metadata\.json|config\.json|model\.weights\.(h5|json))/s.test(names);
    return first || (names.includes('config.json') && /metadata\.json|model\.weights/.test(names));
  },

  open: source => openKerasArchive(source),
  write: writeKerasArchive,
};

function latin(source: ByteSource, from: number, length: number): string {
  return new TextDecoder('latin1').decode(source.read(from, Math.max(0, Math.min(length, source.size - from))));
}
