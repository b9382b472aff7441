import fs from 'node:fs';
import path from 'node:path';
import { MemorySource } from '../../../src/base/bytes';
import { readZipDirectory } from '../../../src/base/archive/zip';
import { streamOfEntry } from '../../../src/base/archive/zipEntry';
import type { Random } from '../../../src/base/random';
import { openModel } from '../../../src/models/formats';
import { zipBytes } from '../../base/archive/zipBytes';
import { editBytes } from '../../fuzz/editBytes';
import { ascii, pick, spliced, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { readAll } from '../safetensors/fuzzTarget';
import { dict, global, int, OP, pickle, reduce, text, tuple, u32, type Part } from './pickleBytes';
import { tokensOf } from './pickleTokens';

const folder = path.join(import.meta.dirname, '..', '..', 'fixtures', 'torch');
const files = (...names: string[]) => names.map(name => new Uint8Array(fs.readFileSync(path.join(folder, name))));

/** Operations that do harm, or harm done wrong. */
const PARTS: readonly Part[] = [
  reduce(global('os', 'system'), text('touch canary')),
  global('nets', 'Other'),
  [global('nets', 'Other'), OP.EMPTY_TUPLE, OP.NEWOBJ],
  reduce(global('collections', 'OrderedDict')),
  global('torch._utils', '_rebuild_tensor_v2.x'),
  OP.MARK,
  OP.POP_MARK,
  OP.DUP,
  OP.EMPTY_DICT,
  OP.BUILD,
  OP.STOP,
  int(-1),
  int(2 ** 31 - 1),
  [OP.LONG1, 8, new Uint8Array(8).fill(0x7f)],
  [OP.BINGET, 0],
  [OP.LONG_BINGET, u32(3)],
  tuple(int(1), int(2)),
  dict({ a: OP.NONE }),
  text('../version'),
  [OP.FRAME, new Uint8Array(8)],
];

/** One edit of a pickle's operations: one gone, twice, moved, of another code, with another argument; or one of those above put in. */
function mutatePickle(data: Bytes, random: Random, other: Bytes): Bytes {
  const tokens = tokensOf(data);
  if (tokens.length === 0) return editBytes(data, random, other);
  const one = pick(random, tokens);
  const nothing = new Uint8Array(0);
  switch (random.integer(7)) {
    case 0:
      return spliced(data, one.from, one.to, nothing);
    case 1:
      return spliced(data, one.to, one.to, data.slice(one.from, one.to));
    case 2: {
      const moved = pick(random, tokens);
      return spliced(data, one.from, one.from, data.slice(moved.from, moved.to));
    }
    case 3:
      return spliced(data, one.from, one.from + 1, Uint8Array.of(pick(random, Object.values(OP))));
    case 4:
      return editBytes(data, random, other, one.from, one.to);
    case 5:
      return spliced(data, one.to, one.to, pickle(pick(random, PARTS)));
    default:
      return spliced(data, one.from, one.to, pickle(pick(random, PARTS)));
  }
}

const WORDS = [
  'x',
  'self',
  'torch.relu',
  'torch.size(x)',
  'None',
  '-1',
  '99999999',
  '[1, 2]',
  '1.5',
  '"text"',
  'while True:',
  'CONSTANTS.c0',
  'self.weight',
  '__torch__',
  '(',
  ')',
  '\n',
  '    ',
];

/** A program with a word or a line gone, twice, moved, or another. */
function mutateProgram(data: Bytes, random: Random): Bytes {
  const program = String.fromCharCode(...data);
  const parts = random.integer(2) === 0 ? program.split(/(?<=\n)/) : program.split(/\b/);
  const at = random.integer(parts.length);
  switch (random.integer(4)) {
    case 0:
      parts.splice(at, 1);
      break;
    case 1:
      parts.splice(at, 0, parts[at]!);
      break;
    case 2:
      parts.splice(at, 0, parts[random.integer(parts.length)]!);
      break;
    default:
      parts[at] = pick(random, WORDS);
  }
  return ascii(parts.join(''));
}

/** The pickle, or one of the programs where there are some. */
function placeOf(entries: readonly { readonly name: string }[], random: Random): number {
  const programs = entries.flatMap(({ name }, index) => (name.endsWith('.py') ? [index] : []));
  if (programs.length > 0 && random.integer(3) > 0) return pick(random, programs);
  return entries.findIndex(entry => entry.name.endsWith('data.pkl'));
}

/** An edit of one of an archive's entries, written back with everything else right; sometimes of the archive itself. */
function mutateArchive(content: Bytes, random: Random, other: Bytes): Bytes {
  if (random.integer(6) === 0) return editBytes(content, random, other);
  let entries: { name: string; data: Bytes }[];
  try {
    const source = new MemorySource('', content);
    entries = readZipDirectory(source).map(entry => ({
      name: entry.name,
      data: streamOfEntry(source, entry).take(entry.size).slice(),
    }));
  } catch {
    return editBytes(content, random, other);
  }
  const at = random.integer(4) > 0 ? placeOf(entries, random) : random.integer(Math.max(1, entries.length));
  const entry = entries[at];
  if (entry === undefined) return editBytes(content, random, other);
  if (random.integer(20) === 0) entries.splice(at, 1);
  else
    entry.data = entry.name.endsWith('.py')
      ? mutateProgram(entry.data, random)
      : entry.name.endsWith('.pkl')
        ? mutatePickle(entry.data, random, other)
        : editBytes(entry.data, random, other);
  return zipBytes(entries);
}

function read(content: Bytes): void {
  readAll(openModel(new MemorySource('model.pt', content), new FakeSiblings()));
}

export const torchTarget: FuzzTarget = {
  name: 'torch',
  corpus: () => files('types.pt', 'types-protocol4.pt', 'views.pt', 'module.pt', 'checkpoint.pth', 'quantised.pt'),
  mutate: mutateArchive,
  read,
};

export const pickleTarget: FuzzTarget = {
  name: 'pickle',
  corpus: () =>
    files('types-legacy.pth', 'views-legacy.pth', 'module-legacy.pth', 'plain.pkl', 'arrays-2.pkl', 'arrays-5.pkl'),
  mutate: (content, random, other) =>
    random.integer(4) === 0 ? editBytes(content, random, other) : mutatePickle(content, random, other),
  read,
};

export const scriptTarget: FuzzTarget = {
  name: 'torchscript',
  corpus: () =>
    files('script/loop.scripted.pt', 'script/loop.traced.pt', 'script/gated.scripted.pt', 'script/conv1d.scripted.pt'),
  mutate: mutateArchive,
  read,
};
