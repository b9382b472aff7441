import type { ByteSource, Siblings } from '../base/bytes';
import { Fault, type FaultCode } from '../base/fault';
import { ggufFormat } from './gguf/format';
import { kerasArchiveFormat } from './keras/archiveFormat';
import { kerasH5Format } from './keras/h5Format';
import { lookalike } from './lookalikes';
import type { Model } from './model';
import { onnxFormat } from './onnx/format';
import { torchArchiveFormat, torchPickleFormat } from './torch/format';
import { safetensorsFormat, shardIndexFormat } from './safetensors/format';
import { savedModelFormat } from './savedModel/format';
import { tfjsFormat } from './tfjs/format';

/** A file format of models: told by content, never by the file's name. */
export interface ModelFormat {
  /** As a person calls it. */
  readonly name: string;
  /** Whether the bytes look like this format, damaged or not; reads a few of them and never throws. */
  match(source: ByteSource): boolean;
  /** Throws `corrupt`, `unsupported`, `unsafe`, `too-large`, `not-found`. */
  open(source: ByteSource, siblings: Siblings): Model;
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

/** Reads a model of any known format. Throws `empty`, `not-a-model`, `unsupported` and what the format's reader throws. */
export function openModel(source: ByteSource, siblings: Siblings): Model {
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
    return format.open(source, siblings);
  } catch (error) {
    throw error instanceof Fault ? error.at(source.name) : error;
  }
}

const READ = MODEL_FORMATS.map(format => format.name).join(', ');

function refusal(code: FaultCode, what: string, hint: string, source: ByteSource): Fault {
  return new Fault(code, `The file is ${what}.`, { hint, source: source.name });
}
