import type { BlockType, StoredType } from '../model';

/** How a type of GGML stores its elements: in blocks, each of so many bytes. */
export interface GgmlType {
  readonly type: StoredType | BlockType;
  readonly blockElements: number;
  readonly blockBytes: number;
}

const plain = (type: StoredType, bytes: number): GgmlType => ({ type, blockElements: 1, blockBytes: bytes });
const blocks = (type: BlockType, blockElements: number, blockBytes: number): GgmlType => ({
  type,
  blockElements,
  blockBytes,
});

/** Types by their numbers (ggml.h, `enum ggml_type`), with the sizes of their blocks (ggml-common.h). Numbers that are missing were withdrawn. */
export const GGML_TYPES: ReadonlyMap<number, GgmlType> = new Map([
  [0, plain('float32', 4)],
  [1, plain('float16', 2)],
  [2, blocks('q4_0', 32, 18)],
  [3, blocks('q4_1', 32, 20)],
  [6, blocks('q5_0', 32, 22)],
  [7, blocks('q5_1', 32, 24)],
  [8, blocks('q8_0', 32, 34)],
  [9, blocks('q8_1', 32, 36)],
  [10, blocks('q2_k', 256, 84)],
  [11, blocks('q3_k', 256, 110)],
  [12, blocks('q4_k', 256, 144)],
  [13, blocks('q5_k', 256, 176)],
  [14, blocks('q6_k', 256, 210)],
  [15, blocks('q8_k', 256, 292)],
  [16, blocks('iq2_xxs', 256, 66)],
  [17, blocks('iq2_xs', 256, 74)],
  [18, blocks('iq3_xxs', 256, 98)],
  [19, blocks('iq1_s', 256, 50)],
  [20, blocks('iq4_nl', 32, 18)],
  [21, blocks('iq3_s', 256, 110)],
  [22, blocks('iq2_s', 256, 82)],
  [23, blocks('iq4_xs', 256, 136)],
  [24, plain('int8', 1)],
  [25, plain('int16', 2)],
  [26, plain('int32', 4)],
  [27, plain('int64', 8)],
  [28, plain('float64', 8)],
  [29, blocks('iq1_m', 256, 56)],
  [30, plain('bfloat16', 2)],
  [34, blocks('tq1_0', 256, 54)],
  [35, blocks('tq2_0', 256, 66)],
  [39, blocks('mxfp4', 32, 17)],
  [40, blocks('nvfp4', 64, 36)],
  [41, blocks('q1_0', 128, 18)],
]);
