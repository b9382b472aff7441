import type { ByteSource } from '../../base/bytes';
import type { ModelFormat } from '../formats';
import { OnnxModel } from './onnxModel';
import { writeOnnx } from './writeOnnx';
import { FIELDS } from './protocol';
import { BYTES, Message, VARINT, Window } from '../wire';

const WIRE_TYPES: ReadonlyMap<number, number> = new Map([
  [FIELDS.model.irVersion, VARINT],
  [FIELDS.model.producerName, BYTES],
  [FIELDS.model.producerVersion, BYTES],
  [FIELDS.model.domain, BYTES],
  [FIELDS.model.modelVersion, VARINT],
  [FIELDS.model.docString, BYTES],
  [FIELDS.model.graph, BYTES],
  [FIELDS.model.opsetImport, BYTES],
  [FIELDS.model.metadataProps, BYTES],
  [FIELDS.model.trainingInfo, BYTES],
  [FIELDS.model.functions, BYTES],
  [FIELDS.model.configuration, BYTES],
]);

/**
 * ONNX has no magic number: a file is one when its first fields are those of a ModelProto, up to the graph, and an IR version or
 * a producer is among them. A file that ends early still counts, so that it is called damaged and not something else.
 */
export const onnxFormat: ModelFormat = {
  name: 'ONNX',

  match(source: ByteSource): boolean {
    const message = new Message(new Window(source), 0, source.size);
    const seen = new Set<number>();
    try {
      while (message.next()) {
        if (WIRE_TYPES.get(message.field) !== message.type) return false;
        if (message.field === FIELDS.model.irVersion && !(message.integer > 0 && message.integer < 1000)) return false;
        seen.add(message.field);
      }
    } catch {
      return seen.has(FIELDS.model.irVersion);
    }
    return seen.has(FIELDS.model.graph);
  },

  open: (source, siblings) => new OnnxModel(source, siblings),
  write: writeOnnx,
};
