import type { StoredType } from '../model';

/** TensorProto.DataType: its number, numpy's name, bits an element, and the field that holds values that are not raw. */
export interface ElementKind {
  readonly code: number;
  readonly type: StoredType;
  readonly bits: number;
  readonly field: 'float_data' | 'int32_data' | 'int64_data' | 'double_data' | 'uint64_data' | 'string_data';
}

const KINDS: readonly ElementKind[] = [
  { code: 1, type: 'float32', bits: 32, field: 'float_data' },
  { code: 2, type: 'uint8', bits: 8, field: 'int32_data' },
  { code: 3, type: 'int8', bits: 8, field: 'int32_data' },
  { code: 4, type: 'uint16', bits: 16, field: 'int32_data' },
  { code: 5, type: 'int16', bits: 16, field: 'int32_data' },
  { code: 6, type: 'int32', bits: 32, field: 'int32_data' },
  { code: 7, type: 'int64', bits: 64, field: 'int64_data' },
  { code: 8, type: 'str', bits: 0, field: 'string_data' },
  { code: 9, type: 'bool', bits: 8, field: 'int32_data' },
  { code: 10, type: 'float16', bits: 16, field: 'int32_data' },
  { code: 11, type: 'float64', bits: 64, field: 'double_data' },
  { code: 12, type: 'uint32', bits: 32, field: 'uint64_data' },
  { code: 13, type: 'uint64', bits: 64, field: 'uint64_data' },
  { code: 14, type: 'complex64', bits: 64, field: 'float_data' },
  { code: 15, type: 'complex128', bits: 128, field: 'double_data' },
  { code: 16, type: 'bfloat16', bits: 16, field: 'int32_data' },
  { code: 17, type: 'float8_e4m3fn', bits: 8, field: 'int32_data' },
  { code: 18, type: 'float8_e4m3fnuz', bits: 8, field: 'int32_data' },
  { code: 19, type: 'float8_e5m2', bits: 8, field: 'int32_data' },
  { code: 20, type: 'float8_e5m2fnuz', bits: 8, field: 'int32_data' },
  { code: 21, type: 'uint4', bits: 4, field: 'int32_data' },
  { code: 22, type: 'int4', bits: 4, field: 'int32_data' },
  { code: 23, type: 'float4_e2m1fn', bits: 4, field: 'int32_data' },
  { code: 24, type: 'float8_e8m0fnu', bits: 8, field: 'int32_data' },
  { code: 25, type: 'uint2', bits: 2, field: 'int32_data' },
  { code: 26, type: 'int2', bits: 2, field: 'int32_data' },
];

const byCode = new Map(KINDS.map(kind => [kind.code, kind]));

export function elementKind(code: number): ElementKind | undefined {
  return byCode.get(code);
}
