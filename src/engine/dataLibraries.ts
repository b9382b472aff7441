import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { DataLibraries } from '../data/dataSet';
import { jpegDecoder } from '../data/images/jpeg';
import { parquetFormat } from '../data/parquet/parquetFormat';
import { openTokenizer } from '../data/text/tokenizer';

/** The libraries that reading data may take, each loaded when it is first needed. `runtimePath` is the folder of packages that are shipped as they are. */
export function dataLibraries(runtimePath: string): DataLibraries {
  return {
    formats: [parquetFormat],
    openTokenizer,
    decodeJpeg: jpegDecoder(() => {
      const require = createRequire(path.join(path.dirname(runtimePath), 'package.json'));
      return new Uint8Array(fs.readFileSync(require.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')));
    }),
  };
}
