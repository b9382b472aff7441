import { MemorySource, type ByteSource } from '../../base/bytes';
import { lazySourceOfEntry, PartSource } from '../../base/archive/entrySource';
import { readZipDirectory, type ZipEntry } from '../../base/archive/zip';
import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import { formatCount } from '../../base/numbers';
import { unpickle } from './pickle/machine';
import { corrupt, PickleError } from './pickle/pickleError';
import { PickleInput } from './pickle/pickleInput';
import { TorchWorld, type TorchOutside } from './pickle/torchWorld';
import { PickleDict, PickleList, type PickleValue } from './pickle/values';
import { checkExpansion } from './pickle/walk';
import { bytesOfStorage, elementBytes, Storages } from './storages';
import { TorchStorage } from './tensor';

/** What torch.save wrote, as inert data; tensors' values stay in the file. */
export interface TorchFile {
  readonly container: 'zip' | 'legacy' | 'pickle';
  readonly root: PickleValue;
}

/** The first numbers of files that torch.save wrote before 1.6: 0x1950a86a20f9469cfc6c, and the version of the protocol. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
/** Tensors that `pickle.dump` wrote are files in the file; those hold no others. */
const MOST_NESTED = 1;

/** The pickle of one zip file that torch.save (since 1.6) or torch.jit.save wrote, with the archive around it. */
export class TorchArchive {
  private constructor(
    private readonly source: ByteSource,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
    /** The one folder that everything lies in, with the slash; '' where there is none. */
    private readonly folder: string,
  ) {}

  /** Throws `corrupt`, `unsupported`, `too-large`. */
  static open(source: ByteSource): TorchArchive {
    const entries = new Map(readZipDirectory(source).map(entry => [entry.name, entry]));
    const pickles = [...entries.keys()].filter(name => /^([^/]+\/)?data\.pkl$/.test(name));
    if (pickles.length === 0) throw notTorch([...entries.keys()], source);
    if (pickles.length > 1)
      throw new Fault('corrupt', `The archive is damaged: it holds ${pickles.length} networks.`, {
        source: source.name,
      });
    return new TorchArchive(source, entries, pickles[0]!.slice(0, -'data.pkl'.length));
  }

  get isTorchScript(): boolean {
    return this.entries.has(`${this.folder}constants.pkl`);
  }

  /** Names within the archive's folder. */
  names(): readonly string[] {
    return [...this.entries.keys()].map(name => name.slice(this.folder.length));
  }

  /** An entry by its name within the archive's folder. */
  entry(name: string): ByteSource | undefined {
    const entry = this.entries.get(this.folder + name);
    return entry === undefined ? undefined : lazySourceOfEntry(this.source, entry);
  }

  /** The name in the archive of an entry by its name within the folder. */
  path(name: string): string {
    return this.folder + name;
  }

  /** Reads a pickle of the archive; its storages lie under `data/`. Throws `unsafe`, `corrupt`, `too-large`. */
  unpickle(name: string, storageFolder = 'data'): PickleValue {
    const content = this.entry(name);
    if (content === undefined) throw new Fault('corrupt', `The archive has no ${name}.`, { source: this.source.name });
    const storages = new Storages();
    return told(this.source.name, () => {
      const input = new PickleInput(content);
      const root = readPickle(input, outsideOf(storages, 0, this.isTorchScript));
      if (!input.atEnd) throw corrupt('there is more after its end');
      const order = this.entry('byteorder');
      const bigEndian = order !== undefined && String.fromCharCode(...order.read(0, Math.min(3, order.size))) === 'big';
      for (const storage of storages.byKey.values()) {
        const entry = this.entries.get(`${this.folder}${storageFolder}/${storage.key}`);
        if (entry === undefined) throw corrupt(`storage ${quoted(storage.key)} is not in the archive`);
        if (entry.size !== bytesOfStorage(storage))
          throw corrupt(
            `storage ${quoted(storage.key)} takes ${bytesOfStorage(storage)} bytes, but ${entry.size} are in the archive`,
          );
        storage.content = lazySourceOfEntry(this.source, entry);
        storage.bigEndian = bigEndian;
      }
      placeViews(storages);
      return root;
    });
  }
}

function notTorch(names: readonly string[], source: ByteSource): Fault {
  if (names.some(name => /(^|\/)model\.json$/.test(name)))
    return new Fault('unsupported', 'The file is a TorchScript archive of PyTorch 1.0 or 1.1.', {
      hint: 'Load and save it again with a newer PyTorch.',
      source: source.name,
    });
  if (names.some(name => /serialized_exported_program\.json$|\/models\/[^/]+\.json$/.test(name)))
    return new Fault('unsupported', 'The file is a program that torch.export saved.', {
      hint: 'Export it with torch.onnx.export, and open the .onnx file.',
      source: source.name,
    });
  if (names.some(name => /\.data\/extern_modules$/.test(name)))
    return new Fault('unsupported', 'The file is a package of torch.package, which holds Python code.', {
      hint: 'Load it in Python and save model.state_dict(), or export it to ONNX.',
      source: source.name,
    });
  return new Fault('unsupported', 'The file is an archive without data.pkl, which torch.save does not write.', {
    hint: 'If a model is packed in it, unpack it first.',
    source: source.name,
  });
}

/**
 * Reads a file that torch.save wrote before 1.6, or a bare pickle. In the first, four pickles come before the object's own storages: a number, a version,
 * facts of the machine, the object; a list of storages follows, and their bytes in its order. Throws `unsafe`, `corrupt`, `too-large`, `unsupported`.
 */
export function readPickleFile(source: ByteSource): TorchFile {
  return told(source.name, () => readLegacy(source, 0));
}

function readLegacy(source: ByteSource, depth: number): TorchFile {
  const input = new PickleInput(source);
  const storages = new Storages();
  const outside = outsideOf(storages, depth);
  const first = readPickle(input, outside);
  if (first !== MAGIC) {
    if (!input.atEnd) throw corrupt('there is more after its end');
    if (storages.byKey.size > 0) throw corrupt('it refers to storages that are not in the file');
    return { container: 'pickle', root: first };
  }
  const version = readPickle(input, outside);
  if (version !== PROTOCOL) {
    const which = typeof version === 'number' ? `version ${version}` : 'an unknown version';
    throw new Fault('unsupported', `The file is of ${which} of PyTorch's old format; version ${PROTOCOL} is read.`);
  }
  const machine = readPickle(input, outside);
  const bigEndian = machine instanceof PickleDict && machine.get('little_endian') === false;
  const root = readPickle(input, outside);
  const keys = readPickle(input, outside);
  if (!(keys instanceof PickleList)) throw corrupt('it has no list of storages');
  const placed = new Set<TorchStorage>();
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? storages.byKey.get(key) : undefined;
    if (storage === undefined || placed.has(storage))
      throw corrupt('it lists a storage that no tensor has, or one twice');
    placed.add(storage);
    const count = input.uint64();
    if (count !== storage.count)
      throw corrupt(
        `storage ${quoted(storage.key)} is of ${formatCount(count)} values, where its tensors have ${formatCount(storage.count)}`,
      );
    const bytes = count * elementBytes(storage.type);
    if (!(input.position + bytes <= source.size))
      throw corrupt(
        `storage ${quoted(storage.key)} takes ${formatCount(bytes)} bytes, but ${formatCount(source.size - input.position)} are left`,
      );
    storage.content = new PartSource(source.name, source, input.position, bytes);
    storage.bigEndian = bigEndian;
    input.skip(bytes);
  }
  if (placed.size !== storages.byKey.size) throw corrupt('it refers to storages that are not in the file');
  if (!input.atEnd) throw corrupt('there is more after its end');
  placeViews(storages);
  return { container: 'legacy', root };
}

function readPickle(input: PickleInput, outside: TorchOutside): PickleValue {
  const world = new TorchWorld(outside);
  const value = unpickle(input, world);
  world.finish(value);
  checkExpansion(value);
  return value;
}

function outsideOf(storages: Storages, depth: number, script = false): TorchOutside {
  return {
    script,
    storage: (key, type, count, view) => storages.get(key, type, count, view),
    nested(bytes) {
      if (depth >= MOST_NESTED) throw corrupt('files lie in each other in it');
      const { root } = readLegacy(new MemorySource('', bytes), depth + 1);
      if (!(root instanceof TorchStorage)) throw corrupt('bytes in it are no storage');
      return root;
    },
  };
}

function placeViews({ views }: Storages): void {
  for (const { part, of, offset } of views) {
    const width = elementBytes(of.type);
    if (of.content === undefined) throw corrupt(`storage ${quoted(of.key)} is not in the file`);
    part.content = new PartSource(of.content.name, of.content, offset * width, part.count * width);
    part.bigEndian = of.bigEndian;
  }
}

/** Runs a reader, and says of what file its refusals are. */
function told<T>(source: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) throw error.at(source);
    if (!(error instanceof PickleError)) throw error;
    switch (error.kind) {
      case 'unsafe':
        throw new Fault(
          'unsafe',
          `The file is refused: it refers to ${quoted(error.what, 120)}, which is no part of a network's weights.`,
          {
            hint: 'Python might run it when it opens the file; nothing of it was run here. If you trust its author, load it in Python and save model.state_dict(), or export it to ONNX.',
            source,
            cause: error,
          },
        );
      case 'corrupt':
        throw new Fault('corrupt', `The PyTorch file is damaged: ${error.what}.`, {
          hint: 'Copy or save the file again.',
          source,
          cause: error,
        });
      case 'too-large':
        throw new Fault('too-large', `The PyTorch file is refused: ${error.what}, more than any network needs.`, {
          hint: 'Save model.state_dict() alone, or save it as safetensors.',
          source,
          cause: error,
        });
    }
  }
}
