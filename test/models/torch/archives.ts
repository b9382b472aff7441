import { zipBytes, type EntryOptions } from '../../base/archive/zipBytes';
import { joined, type Bytes } from '../../fuzz/target';
import { int, list, OP, pickle, proto, text, u64, type Part } from './pickleBytes';

export function floats(...values: readonly number[]): Bytes {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** What torch.save writes since 1.6, around any pickle. */
export function torchZip(
  data: Bytes,
  storages: Readonly<Record<string, Uint8Array>> = {},
  more: readonly EntryOptions[] = [],
): Bytes {
  return zipBytes([
    { name: 'archive/data.pkl', data },
    ...Object.entries(storages).map(([key, content]) => ({ name: `archive/data/${key}`, data: content })),
    { name: 'archive/version', data: Uint8Array.of(0x33, 0x0a) },
    ...more,
  ]);
}

const MAGIC = Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);

/** What torch.save wrote before 1.6, around any pickle. */
export function torchLegacy(
  object: Bytes,
  storages: Readonly<Record<string, Float32Array>> = {},
  keys: Part = list(...Object.keys(storages).map(text)),
): Bytes {
  return joined(
    pickle(proto(), OP.LONG1, 10, MAGIC, OP.STOP),
    pickle(proto(), int(1001), OP.STOP),
    pickle(proto(), OP.EMPTY_DICT, text('little_endian'), OP.NEWTRUE, OP.SETITEM, OP.STOP),
    object,
    pickle(proto(), keys, OP.STOP),
    ...Object.values(storages).flatMap(values => [u64(values.length), new Uint8Array(values.slice().buffer)]),
  );
}
