import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { crc32 } from '../../../src/base/archive/crc32';
import { openData, openLabels } from '../../../src/data/openData';
import { FileSource } from '../../../src/engine/files';

/** Writes the first rows of the sample's digits as grey pictures of 8 × 8, in a folder for each class. */
export function writeDigitImages(archive: string, folder: string, rows: number): void {
  const source = FileSource.open(archive);
  try {
    const { values } = openData(source, { part: 'X' });
    const { values: labels } = openLabels(source, { part: 'y' });
    for (let row = 0; row < rows; row++) {
      const inner = path.join(folder, String(labels[row]));
      fs.mkdirSync(inner, { recursive: true });
      const grey = Uint8Array.from(values.subarray(row * 64, row * 64 + 64), value => Math.round(value * 255));
      fs.writeFileSync(path.join(inner, `${String(row).padStart(3, '0')}.png`), greyPng(grey, 8, 8));
    }
  } finally {
    source.dispose();
  }
}

function greyPng(grey: Uint8Array, width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const lines = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...grey.subarray(y * width, (y + 1) * width)]),
  );
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = zlib.deflateSync(Buffer.concat(lines));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
