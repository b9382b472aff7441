/** Thrown by the guards below: what is wrong with the bytes, as the end of a sentence. */
export class Unsound extends Error {}

const DEEPEST = 64;

/**
 * Goes over a structure in Thrift's compact protocol without building it, and returns where it ends. A list may not claim more elements than there are bytes, nor structures nest
 * deeply: the library that reads them allocates what they claim. Throws `Unsound`.
 */
export function checkThrift(view: DataView, start: number): number {
  let at = start;
  const need = (length: number) => {
    if (length < 0 || at + length > view.byteLength) throw new Unsound('a structure in it ends early');
  };
  const byte = () => {
    need(1);
    return view.getUint8(at++);
  };
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 63) throw new Unsound('a number in it has too many digits');
      const next = byte();
      if (shift < 28) value += (next & 0x7f) * 2 ** shift;
      else if ((next & 0x7f) !== 0) value = Infinity;
      if ((next & 0x80) === 0) return value;
    }
  };
  const element = (type: number, depth: number): void => {
    if (depth > DEEPEST) throw new Unsound('its structures lie too deep in one another');
    switch (type) {
      case 1:
      case 2:
        return;
      case 3:
        byte();
        return;
      case 4:
      case 5:
      case 6:
        number();
        return;
      case 7:
        need(8);
        at += 8;
        return;
      case 8: {
        const length = number();
        need(length);
        at += length;
        return;
      }
      case 9: {
        const head = byte();
        const size = head >> 4 === 15 ? number() : head >> 4;
        if (size > view.byteLength - at) throw new Unsound('a list in it claims more elements than there are bytes');
        const inner = head & 15;
        for (let i = 0; i < size; i++) element(inner === 1 || inner === 2 ? 3 : inner, depth + 1);
        return;
      }
      case 12:
        structure(depth + 1);
        return;
      default:
        throw new Unsound('it holds values of a type that there is not');
    }
  };
  const structure = (depth: number): void => {
    for (;;) {
      const head = byte();
      if ((head & 15) === 0) return;
      if (head >> 4 === 0) number();
      element(head & 15, depth);
    }
  };
  structure(0);
  return at;
}

/**
 * Goes over runs of the RLE and bit-packing hybrid in [start, end), and throws `Unsound` unless they give `count` values: the library that reads them writes as many as a run
 * claims.
 */
export function checkRuns(view: DataView, start: number, end: number, width: number, count: number): void {
  if (width < 0 || width > 32 || end > view.byteLength || start > end) throw new Unsound('its values have no width');
  let at = start;
  let seen = 0;
  while (seen < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw new Unsound('its runs end early');
      const next = view.getUint8(at++);
      header += (next & 0x7f) * 2 ** shift;
      if ((next & 0x80) === 0) break;
    }
    const packed = header % 2 === 1;
    const length = Math.floor(header / 2) * (packed ? 8 : 1);
    at += packed ? (length / 8) * width : Math.ceil(width / 8);
    // The last group of packed values is filled up, and some writers pack more groups than they need.
    const most = packed ? (width === 0 ? 8 : Infinity) : 0;
    if (length > count - seen + most) throw new Unsound('its runs have more values than it says');
    seen += length;
    if (at > end && !(packed && seen >= count && at - end <= width)) throw new Unsound('its runs end early');
  }
}

const MOST_MINIBLOCKS = 1024;

/** Checks the head of delta-packed integers (blocks of `miniblocks` each), whose sizes the library takes as they are. Throws `Unsound`. */
export function checkDeltas(view: DataView, start: number): void {
  let at = start;
  const number = () => {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (at >= view.byteLength) throw new Unsound('its differences end early');
      const next = view.getUint8(at++);
      value += (next & 0x7f) * 2 ** shift;
      if ((next & 0x80) === 0) return value;
    }
    throw new Unsound('a number in it has too many digits');
  };
  const block = number();
  const miniblocks = number();
  if (block === 0 || miniblocks === 0 || miniblocks > MOST_MINIBLOCKS || block % miniblocks !== 0 || block > 2 ** 20)
    throw new Unsound('its differences come in no blocks');
}
