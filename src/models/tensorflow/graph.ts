import type { Shape, StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';

/** What a node's attribute says, as far as it is looked at here. */
export interface Attribute {
  readonly type?: StoredType | undefined;
  /** `null` where the rank itself is not known. */
  readonly shape?: Shape | null | undefined;
  readonly integer?: number | undefined;
  readonly float?: number | undefined;
  readonly flag?: boolean | undefined;
  readonly text?: string | undefined;
  readonly integers?: readonly number[] | undefined;
  readonly floats?: readonly number[] | undefined;
  readonly texts?: readonly string[] | undefined;
  readonly types?: readonly StoredType[] | undefined;
  readonly shapes?: readonly (Shape | null)[] | undefined;
  /** The name of a function. */
  readonly function?: string | undefined;
}

/** Which of a node's outputs another reads. */
export interface NodeInput {
  readonly node: string;
  readonly output: number;
}

/** A node of a TensorFlow graph. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Without those that only say what comes first. */
  readonly inputs: readonly NodeInput[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A tensor that is fed, or asked for. */
export interface GraphPort {
  /** As the signature calls it. */
  readonly name: string;
  readonly node: string;
  readonly output: number;
  readonly shape: Shape | undefined;
  readonly type: StoredType;
}

/** A graph with its constants, whichever file it came from. */
export interface TensorFlowGraph {
  readonly nodes: readonly GraphNode[];
  /** Constants and variables by the names of their nodes. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
}

/** TensorFlow's element types (types.proto), by their numbers and by the ends of their names. */
const TYPES: readonly (readonly [number, string, StoredType])[] = [
  [1, 'FLOAT', 'float32'],
  [2, 'DOUBLE', 'float64'],
  [3, 'INT32', 'int32'],
  [4, 'UINT8', 'uint8'],
  [5, 'INT16', 'int16'],
  [6, 'INT8', 'int8'],
  [7, 'STRING', 'str'],
  [8, 'COMPLEX64', 'complex64'],
  [9, 'INT64', 'int64'],
  [10, 'BOOL', 'bool'],
  [11, 'QINT8', 'int8'],
  [12, 'QUINT8', 'uint8'],
  [13, 'QINT32', 'int32'],
  [14, 'BFLOAT16', 'bfloat16'],
  [17, 'UINT16', 'uint16'],
  [18, 'COMPLEX128', 'complex128'],
  [19, 'HALF', 'float16'],
  [22, 'UINT32', 'uint32'],
  [23, 'UINT64', 'uint64'],
];
const BY_NUMBER = new Map(TYPES.map(([number, , type]) => [number, type]));
const BY_NAME = new Map(TYPES.map(([, name, type]) => [`DT_${name}`, type]));

/** The element type of a number or name of types.proto; `undefined` for resources and others that hold no numbers. */
export function elementTypeOf(type: number | string): StoredType | undefined {
  return typeof type === 'number' ? BY_NUMBER.get(type) : (BY_NAME.get(type) ?? BY_NUMBER.get(Number(type)));
}

/** The name in types.proto of an element type; of those that graphs of here hold. */
export function typeNameOf(type: StoredType): string {
  return `DT_${TYPES.find(([, , known]) => known === type)?.[1] ?? 'FLOAT'}`;
}

/** `name`, `name:1` or `^name`; undefined for the last, which passes no value. */
export function parseInput(text: string): NodeInput | undefined {
  if (text.startsWith('^')) return undefined;
  const colon = text.lastIndexOf(':');
  const output = colon < 0 ? 0 : Number(text.slice(colon + 1));
  return colon > 0 && Number.isSafeInteger(output) ? { node: text.slice(0, colon), output } : { node: text, output: 0 };
}
