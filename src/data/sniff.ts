import type { ByteSource } from '../base/bytes';
import { Fault, type FaultCode } from '../base/fault';
import type { FolderSource } from '../base/folder';
import { csvFormat } from './csvFormat';
import { idxFormat } from './idxFormat';
import type { DataFormat, FolderFormat } from './format';
import { imageFolder } from './images/imageFolder';
import { imageFormat } from './images/imageFormat';
import { jsonlFormat } from './records/jsonlFormat';
import { npyFormat } from './npyFormat';
import { npzFormat } from './npzFormat';

const HEAD_BYTES = 4096;
const READ = 'Data is read from .npy, .npz, CSV, JSON lines, Parquet, text, IDX, PNG and JPEG, and folders of images.';

/** Those that show what they are. */
const FORMATS: readonly DataFormat[] = [npyFormat, npzFormat, idxFormat, imageFormat, jsonlFormat];
const FOLDER_FORMATS: readonly FolderFormat[] = [imageFolder];

/** Contents that are something else for sure, so that the refusal can say what. */
const OTHERS: readonly {
  readonly begins: readonly number[] | RegExp;
  readonly what: string;
  readonly code: FaultCode;
  readonly hint: string;
}[] = [
  { begins: [0x89, 0x48, 0x44, 0x46], what: 'an HDF5 file', code: 'unsupported', hint: READ },
  { begins: [0x50, 0x41, 0x52, 0x31], what: 'a Parquet file', code: 'unsupported', hint: READ },
  { begins: [0xff, 0xfe], what: 'text in UTF-16', code: 'unsupported', hint: 'Save the file as UTF-8 CSV.' },
  { begins: [0xfe, 0xff], what: 'text in UTF-16', code: 'unsupported', hint: 'Save the file as UTF-8 CSV.' },
  {
    begins: /^\x80[\x02-\x05]|^c[\w.]+\n[\w.]+\n/,
    what: 'a Python pickle, which can run code when it is loaded: it was not opened',
    code: 'unsafe',
    hint: 'Save plain arrays with numpy.save or numpy.savez.',
  },
  { begins: /^\s*<(!doctype|html|\?xml)/i, what: 'a web page or XML', code: 'unsupported', hint: READ },
  {
    begins: /^\s*(\{\s*"|\[\s*[[{])/,
    what: 'JSON that has no row a line',
    code: 'unsupported',
    hint: 'Save it as JSON lines: one array of numbers, or one object, a line.',
  },
];

/**
 * The format of a file, by its first bytes and never by its name. Throws `empty`, `unsupported` or `unsafe`, saying what the file is where that is
 * plain to see.
 */
export function sniffFormat(source: ByteSource, more: readonly DataFormat[] = []): DataFormat {
  if (source.size === 0) throw new Fault('empty', 'The file is empty.', { source: source.name });
  const head = source.read(0, Math.min(HEAD_BYTES, source.size));
  const known = [...FORMATS, ...more].find(candidate => candidate.matches(head));
  if (known) return known;
  const start = String.fromCharCode(...head.subarray(0, 64));
  for (const { begins, what, code, hint } of OTHERS) {
    const found = begins instanceof RegExp ? begins.test(start) : begins.every((byte, i) => byte === head[i]);
    if (found)
      throw new Fault(code, `The file is ${what}${code === 'unsafe' ? '' : ', which is not read as data'}.`, {
        hint,
        source: source.name,
      });
  }
  // A table is what is left when it is text.
  if (!csvFormat.matches(head) && !head.some(byte => byte < 32 && ![9, 10, 12, 13].includes(byte)))
    throw new Fault('unsupported', 'The file is text that is not UTF-8, which is not read as data.', {
      hint: 'Save the file as UTF-8 CSV.',
      source: source.name,
    });
  if (!csvFormat.matches(head))
    throw new Fault('unsupported', 'The file is no .npy, no .npz, no IDX and no text.', {
      hint: READ,
      source: source.name,
    });
  return csvFormat;
}

/** What is in a folder, by the content of its files. Throws `empty`, `unsupported`. */
export function sniffFolder(folder: FolderSource): FolderFormat {
  const format = FOLDER_FORMATS.find(candidate => candidate.matches(folder));
  if (format) return format;
  if (folder.entries.length > 0)
    throw new Fault('unsupported', 'There is no PNG and no JPEG in the folder.', {
      hint: 'As data a folder holds images, one sub-folder a class. Of other files, name one.',
      source: folder.name,
    });
  const links = folder.passedOver > 0 ? `, only ${folder.passedOver} links, which are not followed` : '';
  throw new Fault('empty', `There is no file in the folder${links}.`, { source: folder.name });
}
