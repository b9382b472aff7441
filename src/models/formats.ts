import type { ByteSource, Siblings } from '../base/bytes';
import { Fault, type FaultCode } from '../base/fault';
import { quoted } from '../base/text';
import { ggufFormat } from './gguf/format';
import { kerasArchiveFormat } from './keras/archiveFormat';
import { kerasH5Format } from './keras/h5Format';
import type { ChainAnswer } from './layerList/chain';
import { findProgram } from './layerList/findProgram';
import { lookalike } from './lookalikes';
import { changesNothing, type BesideName, type ModelChanges, type ModelWriter, type WrittenModel } from './changes';
import type { Model } from './model';
import { onnxFormat } from './onnx/format';
import { torchArchiveFormat, torchPickleFormat } from './torch/format';
import { safetensorsFormat, shardIndexFormat } from './safetensors/format';
import { savedModelFormat } from './savedModel/format';
import { tfjsFormat } from './tfjs/format';
import { WeightsModel } from './weightsOnly/weightsModel';

/** A file format of models: told by content, never by the file's name. */
export interface ModelFormat {
  /** As a person calls it. */
  readonly name: string;
  /** Whether the bytes look like this format, damaged or not; reads a few of them and never throws. */
  match(source: ByteSource): boolean;
  /** Throws `corrupt`, `unsupported`, `unsafe`, `too-large`, `not-found`. */
  open(source: ByteSource, siblings: Siblings): Model;
  /** Where a changed model of this format can be written. Throws what `open` throws, and what is wrong with the changes. */
  readonly write?: ModelWriter;
}

/** Formats that their first bytes give away. */
const SIGNED: readonly ModelFormat[] = [
  torchPickleFormat,
  safetensorsFormat,
  shardIndexFormat,
  kerasH5Format,
  kerasArchiveFormat,
  torchArchiveFormat,
  tfjsFormat,
  savedModelFormat,
  ggufFormat,
];

/** Every format that is read, in the order in which they are tried. ONNX has no signature: a file is tried as one when it looks like nothing else. */
export const MODEL_FORMATS: readonly ModelFormat[] = [...SIGNED, onnxFormat];

/**
 * Reads a model of any known format. Weights without a program are given the one that a layer list beside them describes, or, where they are a chain, what `answer` says of it.
 * Throws `empty`, `not-a-model`, `unsupported` and what the format's reader throws.
 */
export function openModel(source: ByteSource, siblings: Siblings, answer?: ChainAnswer): Model {
  return withFormat(source, format => {
    const model = format.open(source, siblings);
    return model instanceof WeightsModel ? findProgram(model, source, siblings, answer) : model;
  });
}

/**
 * A model with some of it changed, in the format that it has; without changes the same bytes. Files beside it keep their names unless
 * `besideName` gives others. Throws what `openModel` throws, `unsupported` where the format is not written, `not-found` and `shape-mismatch`
 * for changes that do not fit.
 */
export function writeModel(
  source: ByteSource,
  siblings: Siblings,
  changes: ModelChanges,
  besideName: BesideName = name => name,
): WrittenModel {
  return withFormat(source, format => {
    if (format.write === undefined)
      throw new Fault('unsupported', `A model of the format ${format.name} cannot be written.`, {
        hint: `Written are ${MODEL_FORMATS.filter(one => one.write)
          .map(one => one.name)
          .join(', ')}.`,
      });
    // Whatever is wrong with the file is told by its reader.
    format.open(source, siblings);
    const written = format.write(source, siblings, changes, besideName);
    if (!changesNothing(changes)) checkWritten(format, written);
    return written;
  });
}

/** What was written must read as a model: changes that do not fit each other are refused before a byte of them is on the disk. */
function checkWritten(format: ModelFormat, { content, beside }: WrittenModel): void {
  try {
    format.open(content, {
      open(name) {
        const found = beside.get(name);
        if (found === undefined) throw new Fault('not-found', `There is no file ${quoted(name)}.`);
        return found;
      },
    });
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault('usage', `The changes do not fit the model: ${cause.message}`, { source: content.name, cause });
  }
}

/** Runs something on a file with its format, and says of what file its refusals are. */
function withFormat<T>(source: ByteSource, run: (format: ModelFormat) => T): T {
  if (source.size === 0) {
    throw new Fault('empty', 'The file is empty: it has no bytes.', {
      hint: 'Copy or export the model again.',
      source: source.name,
    });
  }
  let format = SIGNED.find(candidate => candidate.match(source));
  if (format === undefined) {
    const known = lookalike(source);
    if (known !== undefined) throw refusal(known.code, known.what, known.hint, source);
    if (!onnxFormat.match(source))
      throw refusal('not-a-model', 'no model of a format that is read here', `Give a model file: ${READ}.`, source);
    format = onnxFormat;
  }
  try {
    return run(format);
  } catch (error) {
    throw error instanceof Fault ? error.at(source.name) : error;
  }
}

const READ = MODEL_FORMATS.map(format => format.name).join(', ');

function refusal(code: FaultCode, what: string, hint: string, source: ByteSource): Fault {
  return new Fault(code, `The file is ${what}.`, { hint, source: source.name });
}
