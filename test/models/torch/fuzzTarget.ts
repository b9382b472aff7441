import fs from 'node:fs';
import path from 'node:path';
import { MemorySource } from '../../../src/base/bytes';
import { readZipDirectory } from '../../../src/base/archive/zip';
import { streamOfEntry } from '../../../src/base/archive/zipEntry';
import type { Random } from '../../../src/base/random';
import { openModel } from '../../../src/models/formats';
import { zipBytes } from '../../base/archive/zipBytes';
import { bundled, partsOf } from '../../fuzz/bundle';
import { editBytes } from '../../fuzz/editBytes';
import { editZip } from '../../fuzz/editZip';
import { ascii, pick, spliced, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { readAll } from '../readAll';
import { floats, torchZip } from './archives';
import { dict, global, int, list, moduleOf, moduleState, OP, pickle, proto, reduce, tensor, text, tuple, u32, type Part } from './pickleBytes'; // prettier-ignore
import { tokensOf, type Token } from './pickleTokens';

const folder = path.join(import.meta.dirname, '..', '..', 'fixtures', 'torch');
const file = (name: string): Bytes => new Uint8Array(fs.readFileSync(path.join(folder, name)));

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
const WRITTEN = PARTS.map(part => pickle(part));
const CODES = Object.values(OP);

/** Of files of the corpus they are found once. */
const operations = new WeakMap<Bytes, readonly Token[]>();

/** One edit of a pickle's operations: one gone, twice, moved, of another code, with another argument; or one of those above put in. */
export function editPickle(data: Bytes, random: Random, other: Bytes): Bytes {
  let tokens = operations.get(data);
  if (tokens === undefined) operations.set(data, (tokens = tokensOf(data)));
  if (tokens.length === 0) return editBytes(data, random, other);
  const one = pick(random, tokens);
  switch (random.integer(7)) {
    case 0:
      return spliced(data, one.from, one.to, new Uint8Array(0));
    case 1:
      return spliced(data, one.to, one.to, data.slice(one.from, one.to));
    case 2: {
      const moved = pick(random, tokens);
      return spliced(data, one.from, one.from, data.slice(moved.from, moved.to));
    }
    case 3:
      return spliced(data, one.from, one.from + 1, Uint8Array.of(pick(random, CODES)));
    case 4:
      return editBytes(data, random, other, one.from, one.to);
    case 5:
      return spliced(data, one.to, one.to, pick(random, WRITTEN));
    default:
      return spliced(data, one.from, one.to, pick(random, WRITTEN));
  }
}

const WORDS = [
  'x',
  'self',
  'torch.relu',
  'torch.size(x)',
  'torch.reshape(x, [-1, 0])',
  'None',
  '-1',
  '99999999',
  '9223372036854775807',
  '[1, 2]',
  '[]',
  '1.5',
  'inf',
  '"text"',
  'while True:',
  'if True:',
  'return',
  'CONSTANTS.c0',
  'self.weight',
  '__torch__',
  'annotate(List[int], [])',
  '(',
  ')',
  ']',
  ' = ',
  '\n',
  '    ',
];

/** A program with a word or a line gone, twice, moved, or another. */
function editProgram(data: Bytes, random: Random): Bytes {
  const at = random.integer(data.length + 1);
  const isWord = (byte: number | undefined) => byte !== undefined && (byte > 0x60 || (byte >= 0x30 && byte < 0x5b));
  // The word, or the whole line, that lies there.
  let [from, to] = [at, at];
  if (random.integer(2) === 0) {
    from = data.lastIndexOf(0x0a, at - 1) + 1;
    const end = data.indexOf(0x0a, at);
    to = end < 0 ? data.length : end + 1;
  } else {
    while (from > 0 && isWord(data[from - 1])) from--;
    while (to < data.length && isWord(data[to])) to++;
    if (from === to) to = Math.min(data.length, to + 1);
  }
  switch (random.integer(4)) {
    case 0:
      return spliced(data, from, to, new Uint8Array(0));
    case 1:
      return spliced(data, from, from, data.slice(from, to));
    case 2: {
      const place = random.integer(data.length + 1);
      return spliced(data, place, place, data.slice(from, to));
    }
    default:
      return spliced(data, from, to, ascii(pick(random, WORDS)));
  }
}

/** The entries of an archive as a bundle, their names before them; what stands beside programs for the debugger is left out. */
function entriesOf(content: Bytes): Bytes {
  const source = new MemorySource('', content);
  const entries = readZipDirectory(source).filter(entry => !entry.name.endsWith('.debug_pkl'));
  return bundled(
    ascii(entries.map(entry => entry.name).join('\n')),
    ...entries.map(entry => streamOfEntry(source, entry).take(entry.size).slice()),
  );
}

/** One edit of an entry: mostly of the pickle, or of a program where there are some. */
function editEntries(content: Bytes, random: Random, other: Bytes): Bytes {
  const [list, ...entries] = partsOf(content);
  const names = String.fromCharCode(...list!).split('\n');
  const choose = (pattern: RegExp) => {
    const found = names.flatMap((name, index) => (pattern.test(name) ? [index] : []));
    return found.length > 0 ? pick(random, found) : random.integer(names.length);
  };
  const programs = names.some(name => name.endsWith('.py')) && random.integer(3) > 0;
  const at = random.integer(6) === 0 ? random.integer(names.length) : choose(programs ? /\.py$/ : /\.pkl$/);
  const name = names[at] ?? '';
  const entry = entries[at];
  if (entry === undefined) return content;
  if (random.integer(40) === 0) {
    names.splice(at, 1);
    entries.splice(at, 1);
  } else if (random.integer(40) === 0) names[at] = pick(random, names);
  else if (name.endsWith('.py')) entries[at] = editProgram(entry, random);
  else if (name.endsWith('.pkl')) entries[at] = editPickle(entry, random, partsOf(other)[1] ?? entry);
  else entries[at] = editBytes(entry, random, list!);
  return bundled(ascii(names.join('\n')), ...entries);
}

function read(content: Bytes): void {
  readAll(openModel(new MemorySource('model.pt', content), new FakeSiblings()));
}

function readEntries(content: Bytes): void {
  const [list, ...entries] = partsOf(content);
  const names = String.fromCharCode(...list!).split('\n');
  read(zipBytes(entries.map((data, i) => ({ name: names[i] ?? '', data }))));
}

/** A checkpoint of a module and an optimiser, as training scripts write them. */
function checkpoint(): Bytes {
  const weight = tensor('0', 4, [2, 2]);
  const module = moduleOf(global('nets', 'Net'), moduleState({ parameters: { w: weight } }));
  const root = dict({
    epoch: int(3),
    model: dict({ 'module.fc.weight': weight, 'module.fc.bias': tensor('1', 2, [2]) }),
    optimizer: dict({ state: dict({}), param_groups: list(dict({ lr: int(1), params: list(int(0)) })) }),
    ema: module,
  });
  return torchZip(pickle(proto(), root, OP.STOP), { 0: floats(1, 2, 3, 4), 1: floats(1, 2) });
}

const archives = (): Bytes[] => [
  ...['types.pt', 'types-protocol4.pt', 'views.pt', 'module.pt', 'quantised.pt'].map(file),
  checkpoint(),
];

/** What lies in archives: pickles, storages, the order of bytes. */
export const torchTarget: FuzzTarget = {
  name: 'torch',
  corpus: () => archives().map(entriesOf),
  mutate: editEntries,
  read: readEntries,
};

/** The archives around them. */
export const torchArchiveTarget: FuzzTarget = {
  name: 'torch archives',
  corpus: () => [...archives().filter(content => content.length < 4000), file('script/loop.traced.pt')],
  mutate: editZip,
  read,
};

/** Files before 1.6, and bare pickles. */
export const pickleTarget: FuzzTarget = {
  name: 'pickle',
  corpus: () =>
    ['types-legacy.pth', 'views-legacy.pth', 'module-legacy.pth', 'plain.pkl', 'arrays-2.pkl', 'arrays-5.pkl'].map(
      file,
    ),
  mutate: (content, random, other) =>
    random.integer(4) === 0 ? editBytes(content, random, other) : editPickle(content, random, other),
  read,
};

/** Programs, and the modules that they are of. */
export const scriptTarget: FuzzTarget = {
  name: 'torchscript',
  corpus: () =>
    ['loop.scripted.pt', 'loop.traced.pt', 'gated.scripted.pt', 'gated.traced.pt', 'conv1d.scripted.pt'].map(name =>
      entriesOf(file(`script/${name}`)),
    ),
  mutate: editEntries,
  read: readEntries,
};
