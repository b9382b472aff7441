import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { Attributes } from './attributes';
import { Cursor, damaged, UNDEFINED } from './cursor';
import { Hdf5Dataset } from './dataset';
import { GlobalHeap } from './globalHeap';
import { readLinks, type Link } from './links';
import { readObjectHeader } from './objectHeader';
import { Storage } from './storage';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const MOST_OBJECTS = 200_000;
const MOST_SOFT_LINKS = 16;

/** A group: names of arrays and other groups. */
export interface Hdf5Group {
  readonly path: string;
  readonly attributes: Attributes;
  readonly names: readonly string[];
  /** What a name stands for; `undefined` where there is nothing. */
  get(name: string): Hdf5Group | Hdf5Dataset | undefined;
}

/** Whether the bytes begin like an HDF5 file. */
export function looksLikeHdf5(source: ByteSource): boolean {
  return signatureAt(source) !== undefined;
}

/**
 * Reads the structure of an HDF5 file (File Format Specification 3.0, superblocks 0 to 3): every group, and what arrays say of
 * themselves. Values are read when they are asked for, from this file alone. Nothing that lies in another file is opened: links into other
 * files, external storage and virtual arrays anywhere in the file are `unsafe`.
 *
 * Throws `corrupt`, `too-large`, `unsupported`, `unsafe`.
 */
export function readHdf5(source: ByteSource): Hdf5Group {
  try {
    return new Reader(source).root();
  } catch (error) {
    throw error instanceof Fault ? error.at(source.name) : error;
  }
}

/** A file's bytes by the format's addresses, and the address of its beginning. Throws `corrupt`. */
export function openStorage(source: ByteSource): { readonly storage: Storage; readonly superblock: number } {
  const start = signatureAt(source);
  if (start === undefined) throw damaged('it does not begin like one', source.name);
  const { storage } = readSuperblock(source, start);
  return { storage, superblock: start - storage.base };
}

class Reader {
  private readonly storage: Storage;
  private readonly rootAddress: number;
  private readonly texts: GlobalHeap;
  private readonly objects = new Map<number, Hdf5Group | Hdf5Dataset | undefined>();

  constructor(source: ByteSource) {
    const start = signatureAt(source);
    if (start === undefined) throw damaged('it does not begin like one', source.name);
    const { storage, root } = readSuperblock(source, start);
    this.storage = storage;
    this.rootAddress = root;
    this.texts = new GlobalHeap(storage);
  }

  root(): Hdf5Group {
    const root = this.read(this.rootAddress, '');
    if (!(root instanceof Group)) throw damaged('its root is not a group');
    this.refuseCircles(root);
    return root;
  }

  private read(address: number, path: string): Hdf5Group | Hdf5Dataset | undefined {
    // Each object once: hard links may join several names to one.
    const pending: { readonly address: number; readonly path: string }[] = [{ address, path }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (this.objects.has(next.address)) continue;
      if (this.objects.size > MOST_OBJECTS) {
        throw new Fault('too-large', `The HDF5 file holds more than ${MOST_OBJECTS} groups and arrays.`);
      }
      const messages = readObjectHeader(this.storage, next.address);
      const links = readLinks(this.storage, messages);
      const attributes = new Attributes(this.storage, this.texts, messages);
      if (links !== undefined) {
        this.objects.set(next.address, new Group(next.path, attributes, links, link => this.resolve(link, 0)));
        for (const [name, link] of links) {
          if (link.kind === 'hard') pending.push({ address: link.address, path: `${next.path}/${name}` });
        }
      } else if (messages.some(message => message.type === 0x08)) {
        this.objects.set(next.address, new Hdf5Dataset(this.storage, next.path, attributes, messages));
      } else {
        // A named type.
        this.objects.set(next.address, undefined);
      }
    }
    return this.objects.get(address);
  }

  /** Throws `corrupt` where a group holds itself, at any depth, or a link leads in a circle: readers descend without looking back. */
  private refuseCircles(root: Group): void {
    const state = new Map<Group, 'open' | 'done'>([[root, 'open']]);
    const trail = [{ group: root, inner: this.groupsOf(root) }];
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const next = top.inner.pop();
      if (next === undefined) {
        state.set(top.group, 'done');
        trail.pop();
      } else if (state.get(next) === 'open') {
        throw damaged(`the group ${JSON.stringify(next.path)} holds itself`);
      } else if (!state.has(next)) {
        state.set(next, 'open');
        trail.push({ group: next, inner: this.groupsOf(next) });
      }
    }
  }

  private groupsOf(group: Group): Group[] {
    return group.names.map(name => group.get(name)).filter(object => object instanceof Group);
  }

  private resolve(link: Link, followed: number): Hdf5Group | Hdf5Dataset | undefined {
    if (link.kind === 'hard') return this.objects.get(link.address);
    if (followed > MOST_SOFT_LINKS) throw damaged('its links lead in a circle', this.storage.source.name);
    let current = this.objects.get(this.rootAddress);
    for (const part of link.path.split('/')) {
      if (part === '' || part === '.') continue;
      if (!(current instanceof Group)) return undefined;
      const inner = current.link(part);
      if (inner === undefined) return undefined;
      current = this.resolve(inner, followed + 1);
    }
    return current;
  }
}

class Group implements Hdf5Group {
  constructor(
    readonly path: string,
    readonly attributes: Attributes,
    private readonly links: ReadonlyMap<string, Link>,
    private readonly resolve: (link: Link) => Hdf5Group | Hdf5Dataset | undefined,
  ) {}

  get names(): readonly string[] {
    return [...this.links.keys()];
  }

  link(name: string): Link | undefined {
    return this.links.get(name);
  }

  get(name: string): Hdf5Group | Hdf5Dataset | undefined {
    const link = this.links.get(name);
    return link === undefined ? undefined : this.resolve(link);
  }
}

/** Files may begin with a block of the user's: the format looks at 0, 512, 1024, 2048 and so on. */
function signatureAt(source: ByteSource): number | undefined {
  for (
    let start = 0, tries = 0;
    start + 8 <= source.size && tries < 8;
    start = start === 0 ? 512 : start * 2, tries++
  ) {
    const head = source.read(start, 8);
    if (SIGNATURE.every((byte, i) => byte === head[i])) return start;
  }
  return undefined;
}

function readSuperblock(source: ByteSource, start: number): { storage: Storage; root: number } {
  const bytes = source.read(start, Math.min(source.size - start, 128));
  const version = bytes[8] ?? 255;
  const early = version < 2;
  const [offsetSize = 0, lengthSize = 0] = early ? [bytes[13], bytes[14]] : [bytes[9], bytes[10]];
  if (version > 3 || ![2, 4, 8].includes(offsetSize) || ![2, 4, 8].includes(lengthSize)) {
    throw damaged('its beginning is unreadable');
  }
  const at = new Cursor(bytes, offsetSize, lengthSize, 'its beginning');
  at.skip(early ? (version === 1 ? 28 : 24) : 12);
  const base = at.address();
  at.skip(offsetSize);
  const end = at.address();
  if (early) {
    at.skip(offsetSize);
    // The entry of the root: an offset into names it has none of, then its header.
    at.skip(offsetSize);
  }
  const root = at.address();
  if (root === UNDEFINED) throw damaged('it has no root');
  const storage = new Storage(source, base === UNDEFINED ? start : base, offsetSize, lengthSize);
  if (end !== UNDEFINED && end > source.size) {
    throw damaged(`it should have ${end} bytes, but has ${source.size}: it is truncated`);
  }
  return { storage, root };
}
