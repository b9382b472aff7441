import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import type { ByteStream } from '../base/byteStream';
import { readNpyHeader, type NpyHeader } from './npyHeader';
import { listed, quoted } from '../base/text';
import { readZipDirectory } from '../base/archive/zip';
import { streamOfEntry } from '../base/archive/zipEntry';

/** The arrays of an .npz, none of which is read until it is opened. */
export interface NpzArchive {
  /** Without `.npy`, in the order of the file. */
  readonly names: readonly string[];
  open(name: string): ByteStream;
  /** How a message calls an array. */
  where(name: string): string;
}

/** Throws `corrupt`, `too-large`, `unsupported`, and `empty` where there is no array. */
export function openNpz(source: ByteSource): NpzArchive {
  const entries = new Map(
    readZipDirectory(source, { names: 'keys' }).map(entry => [entry.name.replace(/\.npy$/, ''), entry]),
  );
  const names = [...entries].filter(([name, entry]) => entry.name === `${name}.npy`).map(([name]) => name);
  if (names.length === 0)
    throw new Fault(entries.size === 0 ? 'empty' : 'unsupported', 'The archive holds no arrays (.npy).', {
      hint: 'Save arrays with numpy.savez.',
      source: source.name,
    });
  return {
    names,
    open(name) {
      const entry = entries.get(name);
      if (!entry)
        throw new Fault('usage', `The archive has no array ${quoted(name)}; it has ${listed(names)}.`, {
          source: source.name,
        });
      return streamOfEntry(source, entry);
    },
    where: name => `${quoted(`${name}.npy`)} in the archive`,
  };
}

const DATA_NAMES = ['X', 'x', 'data', 'inputs'];
const LABEL_NAMES = ['y', 'Y', 'labels', 'label', 'targets', 'target', 'classes', 'class'];

/** The array that is meant: the one named; or the only one; or the one with a customary name. Otherwise `usage`, with the names. */
export function chooseArray(
  archive: NpzArchive,
  purpose: 'data' | 'labels',
  part: string | undefined,
  without: readonly string[],
  source: string,
): string {
  const names = archive.names.filter(name => !without.includes(name));
  if (part !== undefined) {
    const name = archive.names.includes(part) ? part : part.replace(/\.npy$/, '');
    if (archive.names.includes(name)) return name;
    throw new Fault('usage', `The archive has no array ${quoted(part)}; it has ${listed(archive.names)}.`, {
      hint: `Name one after #, such as ${source}#${archive.names[0]!}.`,
      source,
    });
  }
  const customary = (purpose === 'data' ? DATA_NAMES : LABEL_NAMES).find(name => names.includes(name));
  const chosen = names.length === 1 ? names[0] : customary;
  if (chosen !== undefined) return chosen;
  throw new Fault(
    'usage',
    `The archive holds ${archive.names.length} arrays, and none is named: ${listed(archive.names)}.`,
    {
      hint: `Name one after #, such as ${source}#${archive.names[0]!}.`,
      source,
    },
  );
}

/** The header of an array alone, or the fault it has. */
export function peekHeader(archive: NpzArchive, name: string): NpyHeader | Fault {
  try {
    return readNpyHeader(archive.open(name), archive.where(name));
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** Whether people call data so. */
export function isDataName(name: string): boolean {
  return DATA_NAMES.includes(name);
}

/** Whether people call labels so. */
export function isLabelName(name: string): boolean {
  return LABEL_NAMES.includes(name);
}

/** How customary a name is for data or labels: 0 is most. */
export function customaryRank(name: string, purpose: 'data' | 'labels'): number {
  const names = purpose === 'data' ? DATA_NAMES : LABEL_NAMES;
  const rank = names.indexOf(name);
  return rank < 0 ? names.length : rank;
}
