import { Fault } from '../../base/fault';
import { formatBytes } from '../../base/numbers';
import type { OnnxModel } from './onnxModel';
import { externalTensors } from './onnxModel';
import { FIELDS, type OnnxTensor } from './protocol';
import { BYTES, Message, Window } from '../wire';

/** Protocol buffers hold no message of 2 GB. */
const MAX_BYTES = 0x7fff_ffff;

/** A model as a runtime takes it, and the names it has to be given and can be asked for. */
export interface Runnable {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Inputs that the kept part needs. */
  readonly inputs: readonly string[];
}

/**
 * The model's bytes with `tensors` among its outputs. Where the whole network can run, that is the file with a few bytes after
 * it: protocol buffers merge a second `graph` into the first. Otherwise (an operator that no runtime knows, weights in
 * other files, or outputs that nobody wants) it is a copy that holds only what the tensors depend on, all weights inside,
 * so that a runtime opens no file. Throws `too-large`.
 */
export function runnable(model: OnnxModel, tensors: readonly string[], withOutputs: boolean): Runnable {
  const { graph } = model.file;
  const outputs = new Set(graph.outputs.map(output => output.name));
  const extra = [...new Set(tensors)].filter(name => !outputs.has(name));
  const whole = withOutputs && model.unsupported.length === 0 && externalTensors(graph).length === 0;
  const wanted = withOutputs ? [...outputs, ...extra] : [...new Set(tensors)];
  const needed = neededFor(model, wanted);
  const stored = (name: string) => graph.initializers.has(name);
  const inputs = graph.inputs
    .map(input => input.name)
    .filter(name => (whole || needed.tensors.has(name)) && !stored(name));
  const chunks = whole
    ? [model.source.read(0, model.source.size), ...field(FIELDS.model.graph, extra.map(outputNamed).flat())]
    : new Rewriter(model, needed, new Set(wanted)).model();
  return { bytes: joined(chunks, model.source.name), inputs };
}

type Bytes = Uint8Array<ArrayBuffer>;

interface Needed {
  /** First byte of each node's message. */
  readonly nodes: ReadonlySet<number>;
  readonly tensors: ReadonlySet<string>;
}

function neededFor(model: OnnxModel, wanted: readonly string[]): Needed {
  const { nodes, reads, producer } = model.ordered;
  const tensors = new Set(wanted);
  const kept = new Set<number>();
  const stack = [...tensors];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const index = producer.get(name);
    if (index === undefined || kept.has(nodes[index]!.range.start)) continue;
    kept.add(nodes[index]!.range.start);
    for (const output of nodes[index]!.outputs) if (output !== '') tensors.add(output);
    for (const read of reads[index]!) {
      if (tensors.has(read)) continue;
      tensors.add(read);
      stack.push(read);
    }
  }
  return { nodes: kept, tensors };
}

/** Copies a model field by field, leaving out what is not needed and bringing in what lies in other files. */
class Rewriter {
  private readonly window: Window;
  /** Tensors in other files, by the first byte of their message. */
  private readonly external: ReadonlyMap<number, OnnxTensor>;

  constructor(
    private readonly of: OnnxModel,
    private readonly needed: Needed,
    private readonly wanted: ReadonlySet<string>,
  ) {
    this.window = new Window(of.source);
    this.external = new Map(externalTensors(of.file.graph).map(tensor => [tensor.range.start, tensor]));
  }

  model(): Bytes[] {
    const F = FIELDS.model;
    const chunks: Bytes[] = [];
    const graphs: Bytes[] = [];
    const message = new Message(this.window, 0, this.of.source.size);
    this.each(message, chunks, at => {
      if (at.field === F.trainingInfo) return true;
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
        case F.valueInfo:
          return !this.needed.tensors.has(this.name(at, FIELDS.value.name));
        case F.output:
          return !this.wanted.has(this.name(at, FIELDS.value.name));
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
    if (this.external.size === 0) return [this.copy(message.from, message.to)];
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
    this.each(message, chunks, at => {
      if (at.field !== F.graph && at.field !== F.graphs) return false;
      chunks.push(...field(at.field, this.innerGraph(at.message())));
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
      else return false;
      return true;
    });
    return chunks;
  }

  private tensor(message: Message): Bytes[] {
    const tensor = this.external.get(message.from);
    if (tensor === undefined) return [this.copy(message.from, message.to)];
    const F = FIELDS.tensor;
    const chunks: Bytes[] = [];
    this.each(message, chunks, at => at.field === F.externalData || at.field === F.dataLocation);
    return [...chunks, ...field(F.rawData, [this.of.values.rawBytes(tensor)])];
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

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
  return bytes;
}

/** A length-delimited field; nothing where the content is empty. */
function field(number: number, content: readonly Bytes[]): Bytes[] {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  if (content.length === 0) return [];
  return [Uint8Array.from([...varint(number * 8 + BYTES), ...varint(length)]), ...content];
}

function outputNamed(name: string): Bytes[] {
  const text = new TextEncoder().encode(name);
  return field(FIELDS.graph.output, field(FIELDS.value.name, [text]));
}

function joined(chunks: readonly Bytes[], source: string): Bytes {
  const length = chunks.reduce((sum, part) => sum + part.length, 0);
  if (length > MAX_BYTES) {
    throw new Fault(
      'too-large',
      `The network with its weights takes ${formatBytes(length)}; a runtime takes at most ${formatBytes(MAX_BYTES)}.`,
      {
        hint: 'Ask for layers near the input, or use a smaller model.',
        source,
      },
    );
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
