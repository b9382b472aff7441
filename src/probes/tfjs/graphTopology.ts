import { decodeElements } from '../../models/elements';
import type { StoredType } from '../../models/model';
import { typeNameOf, type Attribute, type GraphNode, type TensorFlowGraph } from '../../models/tensorflow/graph';
import type { StoredTensor } from '../../models/storedTensor';

/** A graph as TensorFlow.js takes it: a GraphDef in JSON, and all constants one after the other. */
export interface GraphArtifacts {
  readonly modelTopology: { readonly node: readonly object[]; readonly library: object; readonly versions: object };
  readonly weightSpecs: {
    readonly name: string;
    readonly shape: number[];
    readonly dtype: 'float32' | 'int32' | 'bool';
  }[];
  readonly weightData: ArrayBuffer;
}

/** Of the nodes that are needed alone, with the constants among them. */
export function graphArtifacts(graph: TensorFlowGraph, needed: ReadonlySet<string>): GraphArtifacts {
  const nodes = graph.nodes.filter(node => needed.has(node.name));
  const tensors = nodes.flatMap(node => {
    const tensor = graph.tensors.get(node.name);
    return tensor === undefined || tensor.type === 'str'
      ? []
      : [{ name: node.name, tensor, dtype: dtypeOf(tensor.type) }];
  });
  const bytes = tensors.reduce((sum, { tensor, dtype }) => sum + tensor.size * (dtype === 'bool' ? 1 : 4), 0);
  const weightData = new ArrayBuffer(bytes);
  let at = 0;
  for (const { tensor, dtype } of tensors) at += write(tensor, dtype, weightData, at);
  return {
    modelTopology: {
      node: nodes.map(node => nodeJson(node, graph.tensors.has(node.name))),
      library: {},
      versions: {},
    },
    weightSpecs: tensors.map(({ name, tensor, dtype }) => ({ name, shape: [...tensor.shape], dtype })),
    weightData,
  };
}

function nodeJson({ name, op, inputs, attributes }: GraphNode, stored: boolean): object {
  if (stored) return { name, op: 'Const', input: [], attr: {} };
  // Exporters leave out what is as TensorFlow's operators have it by default.
  const all = new Map([...Object.entries(DEFAULTS[op] ?? {}), ...attributes]);
  return {
    name,
    op,
    input: inputs.map(({ node, output }) => (output === 0 ? node : `${node}:${output}`)),
    attr: Object.fromEntries([...all].map(([key, value]) => [key, toJson(value)])),
  };
}

const FLAT: Readonly<Record<string, Attribute>> = {
  dilations: { integers: [1, 1, 1, 1] },
  data_format: { text: 'NHWC' },
};
const NORMAL: Readonly<Record<string, Attribute>> = { epsilon: { float: 1e-4 }, data_format: { text: 'NHWC' } };

/** Defaults of TensorFlow that TensorFlow.js does not know, or has others of. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  Conv2D: FLAT,
  Conv2DBackpropInput: FLAT,
  DepthwiseConv2dNative: FLAT,
  Conv3D: { dilations: { integers: [1, 1, 1, 1, 1] }, data_format: { text: 'NDHWC' } },
  FusedBatchNorm: NORMAL,
  FusedBatchNormV2: NORMAL,
  FusedBatchNormV3: NORMAL,
};

function dtypeOf(type: StoredType): 'float32' | 'int32' | 'bool' {
  return type === 'bool' ? 'bool' : /^u?int/.test(type) ? 'int32' : 'float32';
}

const CHUNK_VALUES = 1 << 18;

/** Writes a tensor's values as floats, whole numbers of 32 bits or bytes; gives how many bytes they take. */
function write(tensor: StoredTensor, dtype: 'float32' | 'int32' | 'bool', data: ArrayBuffer, at: number): number {
  const view = new DataView(data);
  const width = dtype === 'bool' ? 1 : 4;
  for (let from = 0; from < tensor.size; from += CHUNK_VALUES) {
    const count = Math.min(CHUNK_VALUES, tensor.size - from);
    decodeElements(tensor.type, tensor.bytes(from, count), count, (value, index) => {
      const place = at + (from + index) * width;
      if (dtype === 'float32') view.setFloat32(place, value, true);
      // What stands for "no limit" is larger than 32 bits hold.
      else if (dtype === 'int32') view.setInt32(place, Math.max(-0x8000_0000, Math.min(0x7fff_ffff, value)), true);
      else view.setUint8(place, value === 0 ? 0 : 1);
    });
  }
  return tensor.size * width;
}

function toJson(attribute: Attribute): object {
  const { type, shape, integer, float, flag, text, integers, floats, texts, types, shapes } = attribute;
  const list = {
    ...(integers === undefined ? {} : { i: [...integers] }),
    ...(floats === undefined ? {} : { f: [...floats] }),
    ...(texts === undefined ? {} : { s: texts.map(toBase64) }),
    ...(types === undefined ? {} : { type: types.map(typeNameOf) }),
    ...(shapes === undefined ? {} : { shape: shapes.map(shapeJson) }),
  };
  return {
    ...(type === undefined ? {} : { type: typeNameOf(type) }),
    ...(shape === undefined ? {} : { shape: shapeJson(shape) }),
    ...(integer === undefined ? {} : { i: integer }),
    ...(float === undefined ? {} : { f: float }),
    ...(flag === undefined ? {} : { b: flag }),
    ...(text === undefined ? {} : { s: toBase64(text) }),
    ...(Object.keys(list).length === 0 ? {} : { list }),
  };
}

function shapeJson(shape: Attribute['shape']): object {
  return shape === null || shape === undefined
    ? { unknownRank: true }
    : { dim: shape.map(dim => ({ size: dim ?? -1 })) };
}

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
