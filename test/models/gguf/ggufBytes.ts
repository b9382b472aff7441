import { GGML_TYPES } from '../../../src/models/gguf/types';
import { ascii, concatenated, type Bytes } from '../../fuzz/target';

/** A value with the number of its type. */
export type GgufValue =
  | { readonly type: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 10 | 11 | 12; readonly number: number }
  | { readonly type: 8; readonly text: string }
  | { readonly type: 9; readonly of: number; readonly items: readonly GgufValue[]; readonly said?: bigint };

export interface GgufTensorOptions {
  /** Slowest axis first, as numpy has it. */
  readonly shape: readonly number[];
  readonly type: number;
  readonly data?: Bytes;
  readonly at?: bigint;
}

export interface GgufOptions {
  readonly version?: number;
  readonly bigEndian?: boolean;
  readonly metadata?: readonly (readonly [string, GgufValue])[];
  readonly tensors?: readonly (readonly [string, GgufTensorOptions])[];
  readonly tensorCount?: bigint;
  readonly keyCount?: bigint;
  readonly alignment?: number;
}

/** A GGUF file as converters write it, or with a header that lies where it is told to. */
export function ggufBytes({
  version = 3,
  bigEndian = false,
  metadata = [],
  tensors = [],
  tensorCount = BigInt(tensors.length),
  keyCount = BigInt(metadata.length),
  alignment = 32,
}: GgufOptions): Bytes {
  const little = !bigEndian;
  const number = (bytes: number, put: (view: DataView) => void): Bytes => {
    const out = new Uint8Array(bytes);
    put(new DataView(out.buffer));
    return out;
  };
  const u32 = (value: number) => number(4, view => view.setUint32(0, value, little));
  const u64 = (value: bigint) => number(8, view => view.setBigUint64(0, BigInt.asUintN(64, value), little));
  const text = (value: string) => {
    const bytes = new TextEncoder().encode(value);
    return concatenated([u64(BigInt(bytes.length)), bytes]);
  };
  const content = (value: GgufValue): Bytes => {
    switch (value.type) {
      case 8:
        return text(value.text);
      case 9:
        return concatenated([
          u32(value.of),
          u64(value.said ?? BigInt(value.items.length)),
          ...value.items.map(content),
        ]);
      case 0:
      case 1:
      case 7:
        return number(1, view => view.setInt8(0, value.number));
      case 2:
      case 3:
        return number(2, view => view.setInt16(0, value.number, little));
      case 4:
      case 5:
        return number(4, view => view.setInt32(0, value.number, little));
      case 6:
        return number(4, view => view.setFloat32(0, value.number, little));
      case 10:
      case 11:
        return u64(BigInt(value.number));
      case 12:
        return number(8, view => view.setFloat64(0, value.number, little));
    }
  };
  let at = 0;
  const infos: Bytes[] = [];
  const data: Bytes[] = [];
  for (const [name, { shape, type, data: given, at: said }] of tensors) {
    const { blockElements = 1, blockBytes = 1 } = GGML_TYPES.get(type) ?? {};
    const length = (shape.reduce((a, b) => a * b, 1) / blockElements) * blockBytes;
    const bytes = given ?? new Uint8Array(Math.ceil(length));
    infos.push(
      concatenated([
        text(name),
        u32(shape.length),
        ...[...shape].reverse().map(axis => u64(BigInt(axis))),
        u32(type),
        u64(said ?? BigInt(at)),
      ]),
    );
    const padded = Math.ceil(bytes.length / alignment) * alignment;
    data.push(bytes, new Uint8Array(padded - bytes.length));
    at += padded;
  }
  const header = concatenated([
    ascii('GGUF'),
    u32(version),
    u64(tensorCount),
    u64(keyCount),
    ...metadata.map(([key, value]) => concatenated([text(key), u32(value.type), content(value)])),
    ...infos,
  ]);
  const padding = new Uint8Array(Math.ceil(header.length / alignment) * alignment - header.length);
  return concatenated(tensors.length === 0 ? [header] : [header, padding, ...data]);
}

/** Numbers of types. */
export const F32 = 0;
export const F16 = 1;
export const Q4_0 = 2;
export const Q4_K = 12;

/** A language model of one block, small. */
export function smallGguf(options: GgufOptions = {}): Bytes {
  const word = (value: string): GgufValue => ({ type: 8, text: value });
  return ggufBytes({
    metadata: [
      ['general.architecture', word('llama')],
      ['general.name', word('tiny')],
      ['llama.block_count', { type: 4, number: 1 }],
      ['llama.rope.freq_base', { type: 6, number: 10000 }],
      ['general.quantized', { type: 7, number: 1 }],
      ['big', { type: 10, number: 2 ** 40 }],
      ['tokenizer.ggml.tokens', { type: 9, of: 8, items: ['<s>', 'a', 'b', 'c', 'd', 'e', 'f'].map(word) }],
      ['tokenizer.ggml.scores', { type: 9, of: 6, items: [1, 2, 3].map(value => ({ type: 6, number: value })) }],
      [
        'nested',
        {
          type: 9,
          of: 9,
          items: [{ type: 9, of: 5, items: [{ type: 5, number: -1 }] }],
        },
      ],
    ],
    tensors: [
      ['token_embd.weight', { shape: [7, 256], type: Q4_K }],
      ['blk.0.attn_norm.weight', { shape: [256], type: F32 }],
      ['blk.0.attn_q.weight', { shape: [256, 256], type: Q4_0 }],
      ['blk.0.ffn_up.weight', { shape: [3, 2], type: F16, data: new Uint8Array(12).fill(0x3c) }],
      ['rope_freqs.weight', { shape: [4], type: F32 }],
    ],
    ...options,
  });
}
