/** Writes ONNX files for tests, field by field, so that they can be as right or as wrong as a test needs. */

export type Bytes = Uint8Array<ArrayBuffer>;

export function join(...parts: readonly (Bytes | readonly Bytes[])[]): Bytes {
  const all = parts.flatMap(part => (part instanceof Uint8Array ? [part] : [...part]));
  const out = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function varint(value: number | bigint): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A varint field. */
export function int(field: number, value: number | bigint): Bytes {
  return join(varint(field * 8), varint(value));
}

/** A length-delimited field. */
export function bytes(field: number, content: Bytes | string): Bytes {
  const payload = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return join(varint(field * 8 + 2), varint(payload.length), payload);
}

export function float(field: number, value: number): Bytes {
  return join(varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer));
}

export type Dim = number | string | null;

/** A ValueInfoProto of floats unless `type` says otherwise; without dims of unknown rank. */
export function value(name: string, dims?: readonly Dim[], type = 1): Bytes {
  const shape = dims?.map(dim =>
    bytes(1, dim === null ? new Uint8Array(0) : typeof dim === 'string' ? bytes(2, dim) : int(1, dim)),
  );
  const tensorType = join(int(1, type), shape === undefined ? [] : bytes(2, join(shape)));
  return join(bytes(1, name), bytes(2, bytes(1, tensorType)));
}

/** A TensorProto of float32 with raw data. */
export function tensor(name: string, dims: readonly (number | bigint)[], data: ArrayLike<number>): Bytes {
  return join(
    dims.map(dim => int(1, dim)),
    int(2, 1),
    bytes(8, name),
    bytes(9, rawFloats(data)),
  );
}

/** A TensorProto of int64. */
export function int64Tensor(name: string, dims: readonly number[], data: readonly number[]): Bytes {
  return join(
    dims.map(dim => int(1, dim)),
    int(2, 7),
    bytes(8, name),
    bytes(9, new Uint8Array(BigInt64Array.from(data, BigInt).buffer)),
  );
}

export function rawTensor(name: string, dims: readonly number[], type: number, raw: Bytes): Bytes {
  return join(
    dims.map(dim => int(1, dim)),
    int(2, type),
    bytes(8, name),
    bytes(9, raw),
  );
}

export function externalTensor(
  name: string,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
  type = 1,
): Bytes {
  const said = Object.entries(entries).map(([key, text]) => bytes(13, join(bytes(1, key), bytes(2, text))));
  return join(
    dims.map(dim => int(1, dim)),
    int(2, type),
    bytes(8, name),
    said,
    int(14, 1),
  );
}

export function rawFloats(data: ArrayLike<number>): Bytes {
  return new Uint8Array(Float32Array.from(data).buffer);
}

export type AttributeValue =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly tensor: Bytes }
  | { readonly graph: Bytes }
  | { readonly strings: readonly string[] };

export function attribute(name: string, content: AttributeValue): Bytes {
  const head = bytes(1, name);
  if (typeof content === 'number') return join(head, int(3, content), int(20, 2));
  if (typeof content === 'string') return join(head, bytes(4, content), int(20, 3));
  if ('float' in content) return join(head, float(2, content.float), int(20, 1));
  if ('tensor' in content) return join(head, bytes(5, content.tensor), int(20, 4));
  if ('graph' in content) return join(head, bytes(6, content.graph), int(20, 5));
  if ('strings' in content)
    return join(
      head,
      content.strings.map(text => bytes(9, text)),
      int(20, 8),
    );
  return join(
    head,
    content.map(number => int(8, number)),
    int(20, 7),
  );
}

export interface NodeOptions {
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  options: NodeOptions = {},
): Bytes {
  return join(
    inputs.map(name => bytes(1, name)),
    outputs.map(name => bytes(2, name)),
    bytes(3, options.name ?? ''),
    bytes(4, op),
    Object.entries(options.attributes ?? {}).map(([name, content]) => bytes(5, attribute(name, content))),
    options.domain === undefined ? [] : bytes(7, options.domain),
    Object.entries(options.metadata ?? {}).map(([key, text]) => bytes(9, join(bytes(1, key), bytes(2, text)))),
  );
}

export interface GraphParts {
  readonly nodes: readonly Bytes[];
  readonly initializers?: readonly Bytes[];
  readonly inputs?: readonly Bytes[];
  readonly outputs?: readonly Bytes[];
  readonly values?: readonly Bytes[];
  readonly sparse?: readonly Bytes[];
}

export function graph(parts: GraphParts, name = 'main_graph'): Bytes {
  return join(
    parts.nodes.map(one => bytes(1, one)),
    bytes(2, name),
    (parts.initializers ?? []).map(one => bytes(5, one)),
    (parts.inputs ?? []).map(one => bytes(11, one)),
    (parts.outputs ?? []).map(one => bytes(12, one)),
    (parts.values ?? []).map(one => bytes(13, one)),
    (parts.sparse ?? []).map(one => bytes(15, one)),
  );
}

export interface ModelOptions {
  readonly opset?: number;
  readonly opsets?: Readonly<Record<string, number>>;
  readonly irVersion?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly functions?: readonly Bytes[];
}

export function model(content: Bytes, options: ModelOptions = {}): Bytes {
  const opsets = { '': options.opset ?? 17, ...options.opsets };
  return join(
    int(1, options.irVersion ?? 8),
    bytes(2, 'pytorch'),
    bytes(3, '2.1.0'),
    bytes(7, content),
    Object.entries(opsets).map(([domain, version]) => bytes(8, join(bytes(1, domain), int(2, version)))),
    Object.entries(options.metadata ?? {}).map(([key, text]) => bytes(14, join(bytes(1, key), bytes(2, text)))),
    (options.functions ?? []).map(one => bytes(25, one)),
  );
}

export function localFunction(
  domain: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly Bytes[],
): Bytes {
  return join(
    bytes(1, name),
    inputs.map(text => bytes(4, text)),
    outputs.map(text => bytes(5, text)),
    nodes.map(one => bytes(7, one)),
    bytes(9, join(bytes(1, ''), int(2, 17))),
    bytes(10, domain),
  );
}

/** Values that look like weights: small, of both signs, the same each time. */
export function weights(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i + 1) / 2);
}

/** A linear layer and a ReLU of each width, as torch.onnx writes them: fc1, relu1, fc2, … and a last linear layer. */
export function perceptron(widths: readonly number[], options: ModelOptions & { readonly batch?: Dim } = {}): Bytes {
  const nodes: Bytes[] = [];
  const initializers: Bytes[] = [];
  let from = 'input';
  widths.slice(1).forEach((width, index) => {
    const layer = `fc${index + 1}`;
    const last = index === widths.length - 2;
    const to = last ? 'logits' : `/${layer}/Gemm_output_0`;
    nodes.push(
      node('Gemm', [from, `${layer}.weight`, `${layer}.bias`], [to], {
        name: `/${layer}/Gemm`,
        attributes: { transB: 1 },
      }),
    );
    initializers.push(tensor(`${layer}.weight`, [width, widths[index]!], weights(width * widths[index]!)));
    initializers.push(tensor(`${layer}.bias`, [width], weights(width)));
    from = to;
    if (last) return;
    const relu = `relu${index + 1}`;
    nodes.push(node('Relu', [from], [`/${relu}/Relu_output_0`], { name: `/${relu}/Relu` }));
    from = `/${relu}/Relu_output_0`;
  });
  const batch = options.batch === undefined ? 'batch' : options.batch;
  return model(
    graph({
      nodes,
      initializers,
      inputs: [value('input', [batch, widths[0]!])],
      outputs: [value('logits', [batch, widths.at(-1)!])],
    }),
    options,
  );
}
