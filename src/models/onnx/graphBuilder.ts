import { concatenated, field, floatField, integerField, textField, type Bytes } from './encode';
import { FIELDS, type Dimension } from './protocol';

/** Numbers of TensorProto.DataType that are written. */
export const DATA_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

export type WrittenType = keyof typeof DATA_TYPES;

export type AttributeValue =
  | { readonly integer: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly integers: readonly number[] };

export interface WrittenNode {
  readonly name: string;
  readonly op: string;
  readonly domain?: string;
  /** '' for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

const OPSET = 20;
const IR_VERSION = 9;
/** AttributeProto.AttributeType. */
const KINDS = { float: 1, integer: 2, text: 3, integers: 7, texts: 8 };

/** Writes an ONNX model, part by part: the form that other formats' graphs take to be run. Values stand in the model or in a file beside it. */
export class OnnxGraphBuilder {
  private readonly nodes: Bytes[] = [];
  private readonly initializers: Bytes[] = [];
  private readonly inputs: Bytes[] = [];
  private readonly outputs: Bytes[] = [];
  private readonly domains = new Set<string>();

  node(node: WrittenNode): void {
    const { domain = '' } = node;
    if (domain !== '') this.domains.add(domain);
    // One array a node: they are many, and each array takes more than most of its fields.
    this.nodes.push(concatenated(nodeField(node)));
  }

  input(name: string, type: WrittenType, dims: readonly Dimension[] | undefined): void {
    this.inputs.push(...field(FIELDS.graph.input, value(name, type, dims)));
  }

  output(name: string): void {
    this.outputs.push(...field(FIELDS.graph.output, textField(FIELDS.value.name, name)));
  }

  /** A tensor with its values, little-endian, in the model. */
  raw(name: string, type: WrittenType, dims: readonly number[], bytes: Bytes): void {
    this.initializers.push(...initializerField(name, type, dims, bytes));
  }

  integers(name: string, values: readonly number[], dims: readonly number[] = [values.length]): void {
    this.raw(name, 'int64', dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));
  }

  /** A tensor whose values stand in a file beside the model. */
  external(
    name: string,
    type: WrittenType,
    dims: readonly number[],
    location: string,
    offset: number,
    length: number,
  ): void {
    const entry = (key: string, text: string) =>
      field(FIELDS.tensor.externalData, [...textField(FIELDS.entry.key, key), ...textField(FIELDS.entry.value, text)]);
    this.initializers.push(
      ...field(FIELDS.graph.initializer, [
        ...tensor(name, type, dims),
        ...entry('location', location),
        ...entry('offset', String(offset)),
        ...entry('length', String(length)),
        ...integerField(FIELDS.tensor.dataLocation, 1),
      ]),
    );
  }

  model(graphName: string, producer: string): Bytes {
    const F = FIELDS.model;
    const opset = (domain: string, version: number) =>
      field(F.opsetImport, [
        ...(domain === '' ? [] : textField(FIELDS.opset.domain, domain)),
        ...integerField(FIELDS.opset.version, version),
      ]);
    return concatenated([
      ...integerField(F.irVersion, IR_VERSION),
      ...textField(F.producerName, producer),
      ...field(F.graph, [
        ...this.nodes,
        ...textField(FIELDS.graph.name, graphName),
        ...this.initializers,
        ...this.inputs,
        ...this.outputs,
      ]),
      ...opset('', OPSET),
      ...[...this.domains].flatMap(domain => opset(domain, 1)),
    ]);
  }
}

/** A node as a field of a graph. */
export function nodeField({ name, op, domain = '', inputs, outputs, attributes = {} }: WrittenNode): Bytes[] {
  const F = FIELDS.node;
  return field(FIELDS.graph.node, [
    ...inputs.flatMap(input => inputField(input)),
    ...outputs.flatMap(output => textField(F.output, output)),
    ...textField(F.name, name),
    ...textField(F.opType, op),
    ...(domain === '' ? [] : textField(F.domain, domain)),
    ...Object.entries(attributes).flatMap(([key, value]) => attributeField(key, value)),
  ]);
}

/** What a node reads; '' for an input that is left out. */
export function inputField(name: string): Bytes[] {
  return name === '' ? emptyText(FIELDS.node.input) : textField(FIELDS.node.input, name);
}

export function attributeField(name: string, value: AttributeValue): Bytes[] {
  return field(FIELDS.node.attribute, attribute(name, value));
}

/** A tensor with its values, little-endian, as a field of a graph. */
export function initializerField(name: string, type: WrittenType, dims: readonly number[], bytes: Bytes): Bytes[] {
  return field(FIELDS.graph.initializer, [...tensor(name, type, dims), ...rawBytes(bytes)]);
}

/** A shape as a field of a tensor's type; it may have no dimensions. */
export function shapeField(dims: readonly Dimension[]): Bytes[] {
  const shape = dims.flatMap(dim =>
    field(1, dim === null ? [new Uint8Array(0)] : typeof dim === 'string' ? textField(2, dim) : integerField(1, dim)),
  );
  return shape.length === 0 ? [Uint8Array.of(0x12, 0)] : field(2, shape);
}

/** A text field that is there and empty, which protocol buffers tell from one that is not there where fields repeat. */
function emptyText(number: number): Bytes[] {
  return [Uint8Array.of(number * 8 + 2, 0)];
}

function rawBytes(bytes: Bytes): Bytes[] {
  return field(FIELDS.tensor.rawData, [bytes]);
}

function tensor(name: string, type: WrittenType, dims: readonly number[]): Bytes[] {
  return [
    ...dims.flatMap(dim => integerField(FIELDS.tensor.dims, dim)),
    ...integerField(FIELDS.tensor.dataType, DATA_TYPES[type]),
    ...textField(FIELDS.tensor.name, name),
  ];
}

function value(name: string, type: WrittenType, dims: readonly Dimension[] | undefined): Bytes[] {
  // TypeProto.tensor_type, with the element type and the shape.
  const tensorType = [...integerField(1, DATA_TYPES[type]), ...(dims === undefined ? [] : shapeField(dims))];
  return [...textField(FIELDS.value.name, name), ...field(FIELDS.value.type, field(1, tensorType))];
}

function attribute(name: string, given: AttributeValue): Bytes[] {
  const F = FIELDS.attribute;
  const kind = (number: number) => integerField(20, number);
  if ('integer' in given)
    return [...textField(F.name, name), ...integerField(F.integer, given.integer), ...kind(KINDS.integer)];
  if ('float' in given) return [...textField(F.name, name), ...floatField(F.float, given.float), ...kind(KINDS.float)];
  if ('text' in given) return [...textField(F.name, name), ...textField(F.string, given.text), ...kind(KINDS.text)];
  if ('texts' in given)
    return [
      ...textField(F.name, name),
      ...given.texts.flatMap(text => textField(F.strings, text)),
      ...kind(KINDS.texts),
    ];
  return [
    ...textField(F.name, name),
    ...given.integers.flatMap(value => integerField(F.integers, value)),
    ...kind(KINDS.integers),
  ];
}
