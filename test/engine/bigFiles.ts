import fs from 'node:fs';
import { crc32 } from '../../src/base/archive/crc32';
import { ascii, joined, type Bytes } from '../fuzz/target';
import { bytes, externalTensor, graph, int, join, model, node, value, varint } from '../models/onnxBuilder';
import { dict, OP, pickle, proto, tensor } from '../models/torch/pickleBytes';
import { fileOf } from '../models/safetensors/safetensorsBytes';

/** Files of gigabytes that take a few kilobytes of disk: their tensors are holes, which read as zeros. */

/** Writes parts at their places, and nothing between them. */
export function writeSparse(
  file: string,
  size: number,
  parts: readonly (readonly [at: number, bytes: Uint8Array])[],
): void {
  const descriptor = fs.openSync(file, 'w');
  try {
    fs.ftruncateSync(descriptor, size);
    for (const [at, bytes] of parts) fs.writeSync(descriptor, bytes, 0, bytes.length, at);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Layers of 16 MB each and, at the end, a small one of ones. */
export function writeBigSafetensors(file: string, layers = 64): void {
  const layer = 2 ** 24;
  const entries = Array.from(
    { length: layers },
    (_, i) =>
      `"layers.${i}.weight":{"dtype":"F32","shape":[2048,2048],"data_offsets":[${i * layer},${(i + 1) * layer}]}`,
  );
  const end = layers * layer;
  const header = `{${[...entries, `"last.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[${end},${end + 16}]}`].join()}}`;
  const head = fileOf(header, new Uint8Array(0));
  writeSparse(file, head.length + end + 16, [
    [0, head],
    [head.length + end, ones(4)],
  ]);
}

/** A chain of products, whose weights lie in `weights.bin` beside it: 3 GB of them, the last of ones. */
export function bigOnnx(): { readonly graph: Bytes; readonly weights: number; readonly last: number } {
  const layers = 48;
  const layer = 2 ** 26;
  const last = layers * layer;
  const products = Array.from({ length: layers }, (_, i) => node('MatMul', [`h${i}`, `w${i}`], [`h${i + 1}`], { name: `layer${i}` })); // prettier-ignore
  const stored = Array.from({ length: layers }, (_, i) =>
    externalTensor(`w${i}`, [4096, 4096], {
      location: 'weights.bin',
      offset: String(i * layer),
      length: String(layer),
    }),
  );
  return {
    graph: model(
      graph({
        nodes: [...products, node('Add', [`h${layers}`, 'bias'], ['y'], { name: 'last' })],
        initializers: [
          ...stored,
          externalTensor('bias', [4], { location: 'weights.bin', offset: String(last), length: '16' }),
        ],
        inputs: [value('h0', ['batch', 4096])],
        outputs: [value('y', ['batch', 4096])],
      }),
    ),
    weights: last + 16,
    last,
  };
}

/** A chain of 64 products whose weights lie within the file: 1 GB of them. */
export function writeBigOnnx(file: string): void {
  const layers = 64;
  const layer = 2 ** 24;
  const nodes = Array.from({ length: layers }, (_, i) =>
    bytes(1, node('MatMul', [`h${i}`, `w${i}`], [`h${i + 1}`], { name: `layer${i}` })),
  );
  // The values of each tensor are a hole behind its head.
  const tensors = Array.from({ length: layers }, (_, i) => {
    const head = join(int(1, 2048), int(1, 2048), int(2, 1), bytes(8, `w${i}`), varint(9 * 8 + 2), varint(layer));
    return join(varint(5 * 8 + 2), varint(head.length + layer), head);
  });
  const before = join(nodes, bytes(2, 'big'));
  const after = join(bytes(11, value('h0', ['batch', 2048])), bytes(12, value(`h${layers}`, ['batch', 2048])));
  const stored = tensors.reduce((sum, { length }) => sum + length + layer, 0);
  const head = join(
    int(1, 8),
    bytes(8, join(bytes(1, ''), int(2, 17))),
    varint(7 * 8 + 2),
    varint(before.length + stored + after.length),
    before,
  );
  const parts: [number, Uint8Array][] = [[0, head]];
  let at = head.length;
  for (const tensor of tensors) {
    parts.push([at, tensor]);
    at += tensor.length + layer;
  }
  writeSparse(file, at + after.length, [...parts, [at, after]]);
}

/** What torch.save writes beyond 4 GB: a storage of 5 GB, and one of ones that begins behind it, with sizes and places of 64 bits. */
export function writeBigTorch(file: string): void {
  const big = 5 * 2 ** 30;
  const root = dict({
    'embed.weight': tensor('0', big / 4, [big / 4 / 1024, 1024]),
    'fc.weight': tensor('1', 4, [2, 2]),
  });
  const entries: readonly { readonly name: string; readonly size: number; readonly data?: Bytes }[] = [
    { name: 'model/data.pkl', ...sized(pickle(proto(), root, OP.STOP)) },
    { name: 'model/data/0', size: big },
    { name: 'model/data/1', ...sized(ones(4)) },
    { name: 'model/version', ...sized(ascii('3\\n')) },
  ];
  const parts: [number, Uint8Array][] = [];
  const directory: Bytes[] = [];
  let at = 0;
  for (const { name, size, data } of entries) {
    const wide = size > 0xffffffff;
    const fields = joined(u16(0), u16(0), u32(0), u32(data === undefined ? 0 : crc32(data)), u32(wide ? 0xffffffff : size), u32(wide ? 0xffffffff : size)); // prettier-ignore
    const localExtra = wide ? joined(u16(1), u16(16), u64(size), u64(size)) : new Uint8Array(0);
    const far = at > 0xffffffff;
    const centralWide = joined(...(wide ? [u64(size), u64(size)] : []), ...(far ? [u64(at)] : []));
    const centralExtra = centralWide.length > 0 ? joined(u16(1), u16(centralWide.length), centralWide) : centralWide;
    const local = joined(u32(0x04034b50), u16(45), fields, u16(name.length), u16(localExtra.length), ascii(name), localExtra); // prettier-ignore
    directory.push(joined(u32(0x02014b50), u16(45), u16(45), fields, u16(name.length), u16(centralExtra.length), u16(0), u16(0), u16(0), u32(0), u32(far ? 0xffffffff : at), ascii(name), centralExtra)); // prettier-ignore
    parts.push([at, local]);
    at += local.length;
    if (data !== undefined) parts.push([at, data]);
    at += size;
  }
  const central = joined(...directory);
  const count = entries.length;
  const end64 = joined(u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(count), u64(count), u64(central.length), u64(at)); // prettier-ignore
  const locator = joined(u32(0x07064b50), u32(0), u64(at + central.length), u32(1));
  const end = joined(
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(count),
    u16(count),
    u32(central.length),
    u32(0xffffffff),
    u16(0),
  );
  const tail = joined(central, end64, locator, end);
  writeSparse(file, at + tail.length, [...parts, [at, tail]]);
}

const sized = (data: Bytes) => ({ size: data.length, data });
const ones = (count: number): Bytes => new Uint8Array(new Float32Array(count).fill(1).buffer);
const u16 = (number: number): Bytes => Uint8Array.of(number & 255, number >> 8);
const u32 = (number: number): Bytes => new Uint8Array(Uint32Array.of(number).buffer);
const u64 = (number: number): Bytes => new Uint8Array(BigUint64Array.of(BigInt(number)).buffer);
