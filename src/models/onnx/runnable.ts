import { Fault } from '../../base/fault';
import { formatBytes } from '../../base/numbers';
import type { OnnxModel } from './onnxModel';
import { externalTensors } from './onnxModel';
import { concatenated, field, textField, type Bytes } from './encode';
import { PartialCopy, type Needed } from './partialCopy';
import { FIELDS } from './protocol';
import { computesInBfloat16 } from './widenedTypes';

/** Protocol buffers hold no message of 2 GB. */
const MAX_BYTES = 0x7fff_ffff;

/** A model as a runtime takes it, and the names it has to be given and can be asked for. */
export interface Runnable {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Inputs that the kept part needs. */
  readonly inputs: readonly string[];
  /** Values of tensors that the bytes name as files, where all together are more than a message holds. */
  readonly files: readonly OutsideFile[];
}

/** A file that a runtime is given and does not open. */
export interface OutsideFile {
  readonly path: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * The model's bytes with `tensors` among its outputs. Where the whole network can run, that is the file with a few bytes after
 * it: protocol buffers merge a second `graph` into the first. Otherwise (an operator that no runtime knows, weights in
 * other files, outputs that nobody wants, or bfloat16, which is widened to float32) it is a copy that holds only what the tensors depend on, all weights inside or, beyond
 * `limit` bytes, handed over beside it, so that a runtime opens no file. Stored tensors that are `leftOut` are in neither: whoever runs it declares them as inputs. Throws `too-large`.
 */
export function runnable(
  model: OnnxModel,
  tensors: readonly string[],
  withOutputs: boolean,
  limit = MAX_BYTES,
  leftOut: ReadonlySet<string> = new Set(),
): Runnable {
  const { graph } = model.file;
  const outputs = new Set(graph.outputs.map(output => output.name));
  const extra = [...new Set(tensors)].filter(name => !outputs.has(name));
  const widen = computesInBfloat16(model.file);
  const external = externalTensors(graph);
  const whole = withOutputs && model.unsupported.length === 0 && external.length === 0 && !widen && leftOut.size === 0;
  const wanted = withOutputs ? [...outputs, ...extra] : [...new Set(tensors)];
  const needed = neededFor(model, wanted, leftOut);
  const stored = (name: string) => graph.initializers.has(name);
  const inputs = graph.inputs
    .map(input => input.name)
    .filter(name => (whole || needed.tensors.has(name)) && !stored(name));
  if (whole) {
    const extras = field(FIELDS.model.graph, extra.map(outputNamed).flat());
    const bytes = joined([model.source.read(0, model.source.size), ...extras], model.source.name, limit);
    return { bytes, inputs, files: [] };
  }
  const beside = external.reduce((sum, { storage }) => sum + (storage.at === 'external' ? storage.length : 0), 0);
  const outside = model.source.size + beside > limit;
  const copy = new PartialCopy(model, needed, new Set(wanted), { widen, outside });
  return { bytes: joined(copy.model(outputNamed), model.source.name, limit), inputs, files: copy.files };
}

function neededFor(model: OnnxModel, wanted: readonly string[], leftOut: ReadonlySet<string>): Needed {
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
  for (const name of leftOut) tensors.delete(name);
  return { nodes: kept, tensors };
}

function outputNamed(name: string): Bytes[] {
  return field(FIELDS.graph.output, textField(FIELDS.value.name, name));
}

function joined(chunks: readonly Bytes[], source: string, limit: number): Bytes {
  const length = chunks.reduce((sum, part) => sum + part.length, 0);
  if (length > limit) {
    throw new Fault(
      'too-large',
      `The network with its weights takes ${formatBytes(length)}; a runtime takes at most ${formatBytes(limit)}.`,
      {
        hint: 'Ask for layers near the input, or use a smaller model.',
        source,
      },
    );
  }
  return concatenated(chunks);
}
