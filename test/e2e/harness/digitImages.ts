import fs from 'node:fs';
import path from 'node:path';
import { openData, openLabels } from '../../../src/data/openData';
import { FileSource } from '../../../src/engine/files';
import { pngBytes } from '../../data/images/support';

const GREY = { width: 8, height: 8, depth: 8, colourType: 0, samples: 1 } as const;

/** Writes the first rows of the sample's digits as grey pictures of 8 × 8, in a folder for each class. */
export function writeDigitImages(archive: string, folder: string, rows: number): void {
  const source = FileSource.open(archive);
  try {
    const { values } = openData(source, { part: 'X' });
    const { values: labels } = openLabels(source, { part: 'y' });
    for (let row = 0; row < rows; row++) {
      const inner = path.join(folder, String(labels[row]));
      fs.mkdirSync(inner, { recursive: true });
      const grey = Array.from(values.subarray(row * 64, row * 64 + 64), value => Math.round(value * 255));
      fs.writeFileSync(path.join(inner, `${String(row).padStart(3, '0')}.png`), pngBytes({ ...GREY, values: grey }));
    }
  } finally {
    source.dispose();
  }
}
