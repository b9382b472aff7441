import { BYTES, Message, Window } from '../wire';
import { field, integerField, textField, type Bytes } from './encode';
import { externalTensors, type OnnxModel } from './onnxModel';
import { FIELDS, type OnnxTensor } from './protocol';
import type { OutsideFile } from './runnable';
import { bfloat16Tensors, BFLOAT16, FLOAT32, TYPE_ATTRIBUTES } from './widenedTypes';

/** TensorProto.DataLocation. */
const EXTERNAL = 1;

interface CopyOptions {
  /** Writes bfloat16 as float32, tensors and types alike. */
  readonly widen: boolean;
  /** Leaves what lies in other files out of the copy, to be handed over beside it. */
  readonly outside: boolean;
}

/** The part of a graph that is kept. */
export interface Needed {
  /** First byte of each node's message. */
  readonly nodes: ReadonlySet<number>;
  readonly tensors: ReadonlySet<string>;
}

/** Copies a model field by field, leaving out what is not needed and bringing in what lies in other files. */
export class PartialCopy {
  /** What is left out of the copy; full once it is made. */
  readonly files: OutsideFile[] = [];

  private readonly window: Window;
  /** Tensors in other files, by the first byte of their message. */
  private readonly external: ReadonlyMap<number, OnnxTensor>;
  /** Tensors of bfloat16 that are widened, likewise. */
  private readonly narrow: ReadonlyMap<number, OnnxTensor>;

  constructor(
    private readonly of: OnnxModel,
    private readonly needed: Needed,
    private readonly wanted: ReadonlySet<string>,
    private readonly options: CopyOptions,
  ) {
    this.window = new Window(of.source);
    this.external = new Map(externalTensors(of.file.graph).map(tensor => [tensor.range.start, tensor]));
    this.narrow = new Map(options.widen ? bfloat16Tensors(of.file).map(tensor => [tensor.range.start, tensor]) : []);
  }

  /** The copy's bytes; `outputNamed` makes an output of a tensor that is none. */
  model(outputNamed: (name: string) => Bytes[]): Bytes[] {
    const F = FIELDS.model;
    const chunks: Bytes[] = [];
    const graphs: Bytes[] = [];
    const message = new Message(this.window, 0, this.of.source.size);
    this.each(message, chunks, at => {
      if (at.field === F.trainingInfo) return true;
      if (at.field === F.functions && this.options.widen) {
        chunks.push(...field(F.functions, this.localFunction(at.message())));
        return true;
      }
      if (at.field !== F.graph) return false;
      // Not by a spread: there may be more parts than a call takes arguments.
      for (const part of this.topGraph(at.message())) graphs.push(part);
      return true;
    });
    const outputs = new Set(this.of.file.graph.outputs.map(output => output.name));
    for (const name of this.wanted) if (!outputs.has(name)) graphs.push(...outputNamed(name));
    return [...chunks, ...field(F.graph, graphs)];
  }

  private topGraph(message: Message): Bytes[] {
    const F = FIELDS.graph;
    const chunks: Bytes[] = [];
    this.each(message, chunks, at => {
      switch (at.field) {
        case F.node:
          if (this.needed.nodes.has(at.start)) chunks.push(...field(F.node, this.node(at.message())));
          return true;
        case F.initializer:
          if (this.needed.tensors.has(this.name(at, FIELDS.tensor.name))) {
            chunks.push(...field(F.initializer, this.tensor(at.message())));
          }
          return true;
        case F.input:
          if (this.needed.tensors.has(this.name(at, FIELDS.value.name))) chunks.push(...this.value(at));
          return true;
        case F.valueInfo:
          return this.options.widen || !this.needed.tensors.has(this.name(at, FIELDS.value.name));
        case F.output:
          if (this.wanted.has(this.name(at, FIELDS.value.name))) chunks.push(...this.value(at));
          return true;
        case F.sparseInitializer:
        case F.name:
          return false;
        default:
          return true;
      }
    });
    return chunks;
  }

  private node(message: Message): Bytes[] {
    if (this.external.size === 0 && !this.options.widen) return [this.copy(message.from, message.to)];
    const chunks: Bytes[] = [];
    this.each(message, chunks, at => {
      if (at.field !== FIELDS.node.attribute) return false;
      chunks.push(...field(FIELDS.node.attribute, this.attribute(at.message())));
      return true;
    });
    return chunks;
  }

  private attribute(message: Message): Bytes[] {
    const F = FIELDS.attribute;
    const chunks: Bytes[] = [];
    const isType = this.options.widen && TYPE_ATTRIBUTES.has(attributeName(message));
    this.each(message, chunks, at => {
      if (at.field === F.graph || at.field === F.graphs) chunks.push(...field(at.field, this.innerGraph(at.message())));
      else if (at.field === F.tensor || at.field === F.tensors)
        chunks.push(...field(at.field, this.tensor(at.message())));
      else if (isType && at.field === F.integer && at.integer === BFLOAT16)
        chunks.push(...integerField(F.integer, FLOAT32));
      else return false;
      return true;
    });
    return chunks;
  }

  private innerGraph(message: Message): Bytes[] {
    const F = FIELDS.graph;
    const chunks: Bytes[] = [];
    this.each(message, chunks, at => {
      if (at.field === F.node) chunks.push(...field(F.node, this.node(at.message())));
      else if (at.field === F.initializer) chunks.push(...field(F.initializer, this.tensor(at.message())));
      else if (at.field === F.input || at.field === F.output) chunks.push(...this.value(at));
      else return at.field === F.valueInfo && this.options.widen;
      return true;
    });
    return chunks;
  }

  private localFunction(message: Message): Bytes[] {
    const F = FIELDS.function;
    const chunks: Bytes[] = [];
    this.each(message, chunks, at => {
      if (at.field === F.node) chunks.push(...field(F.node, this.node(at.message())));
      else if (at.field === F.attributeProto) chunks.push(...field(F.attributeProto, this.attribute(at.message())));
      else return at.field === F.valueInfo;
      return true;
    });
    return chunks;
  }

  /** An input or an output, whose type may be widened. */
  private value(at: Message): Bytes[] {
    if (!this.options.widen) return field(at.field, [this.copy(at.start, at.end)]);
    const nested = (message: Message, path: readonly number[]): Bytes[] => {
      const [next, ...rest] = path;
      const chunks: Bytes[] = [];
      this.each(message, chunks, inner => {
        if (inner.field !== next) return false;
        if (rest.length > 0) chunks.push(...field(next, nested(inner.message(), rest)));
        else chunks.push(...integerField(next, inner.enumeration === BFLOAT16 ? FLOAT32 : inner.enumeration));
        return true;
      });
      return chunks;
    };
    // ValueInfoProto.type.tensor_type.elem_type
    return field(at.field, nested(at.message(), [FIELDS.value.type, 1, 1]));
  }

  private tensor(message: Message): Bytes[] {
    const F = FIELDS.tensor;
    const narrow = this.narrow.get(message.from);
    const external = this.external.get(message.from);
    if (narrow === undefined && external === undefined) return [this.copy(message.from, message.to)];
    const chunks: Bytes[] = [];
    this.each(
      message,
      chunks,
      at =>
        at.field === F.externalData ||
        at.field === F.dataLocation ||
        (narrow !== undefined && (at.field === F.dataType || at.field === F.rawData || at.field === F.int32Data)),
    );
    const { values } = this.of;
    const data = narrow === undefined ? values.rawBytes(external!) : new Uint8Array(values.floats(narrow).buffer);
    if (narrow !== undefined) chunks.push(...integerField(F.dataType, FLOAT32));
    if (!this.options.outside || external === undefined) return [...chunks, ...field(F.rawData, [data])];
    const path = `w${this.files.length}`;
    this.files.push({ path, data });
    const said = (key: string, text: string) =>
      field(F.externalData, [...textField(FIELDS.entry.key, key), ...textField(FIELDS.entry.value, text)]);
    return [
      ...chunks,
      ...[...said('location', path), ...said('offset', '0'), ...said('length', String(data.length))],
      ...integerField(F.dataLocation, EXTERNAL),
    ];
  }

  /** Copies each field as it is, unless `instead` says that it has seen to it. */
  private each(message: Message, into: Bytes[], instead: (at: Message) => boolean): void {
    for (let from = message.from; message.next(); from = message.after) {
      if (!instead(message)) into.push(this.copy(from, message.after));
    }
  }

  private name(at: Message, fieldNumber: number): string {
    const inner = at.message();
    let name = '';
    while (inner.next()) if (inner.field === fieldNumber && inner.type === BYTES) name = inner.text;
    return name;
  }

  private copy(from: number, to: number): Bytes {
    return this.of.source.read(from, to - from);
  }
}

function attributeName(message: Message): string {
  const inner = new Message(message.window, message.from, message.to);
  while (inner.next()) if (inner.field === FIELDS.attribute.name && inner.type === BYTES) return inner.text;
  return '';
}
