import { OP } from '../../../src/models/torch/pickle/opcodes';
import type { Bytes } from '../../fuzz/target';

/** Bytes of an argument: a number of them, a line, or a length of so many bytes and what it counts. */
const ARGUMENTS: ReadonlyMap<number, number | 'line' | 'lines' | { readonly counted: 1 | 4 | 8 }> = new Map<
  number,
  number | 'line' | 'lines' | { readonly counted: 1 | 4 | 8 }
>([
  ...[OP.PROTO, OP.BININT1, OP.BINGET, OP.BINPUT, OP.EXT1].map(code => [code, 1] as const),
  ...[OP.BININT2, OP.EXT2].map(code => [code, 2] as const),
  ...[OP.BININT, OP.LONG_BINGET, OP.LONG_BINPUT, OP.EXT4].map(code => [code, 4] as const),
  ...[OP.BINFLOAT, OP.FRAME].map(code => [code, 8] as const),
  ...[OP.INT, OP.LONG, OP.FLOAT, OP.STRING, OP.UNICODE, OP.GET, OP.PUT, OP.PERSID].map(code => [code, 'line'] as const),
  ...[OP.GLOBAL, OP.INST].map(code => [code, 'lines'] as const),
  ...[OP.LONG1, OP.SHORT_BINSTRING, OP.SHORT_BINBYTES, OP.SHORT_BINUNICODE].map(
    code => [code, { counted: 1 }] as const,
  ),
  ...[OP.LONG4, OP.BINSTRING, OP.BINBYTES, OP.BINUNICODE].map(code => [code, { counted: 4 }] as const),
  ...[OP.BINUNICODE8, OP.BINBYTES8, OP.BYTEARRAY8].map(code => [code, { counted: 8 }] as const),
]);

export interface Token {
  readonly from: number;
  readonly to: number;
}

/** The operations of a pickle, as ranges of its bytes; what cannot be told apart ends the list. */
export function tokensOf(bytes: Bytes, from = 0, to = bytes.length): readonly Token[] {
  const tokens: Token[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const lineEnd = (at: number) => {
    const found = bytes.indexOf(0x0a, at);
    return found < 0 ? to + 1 : found + 1;
  };
  for (let at = from; at < to;) {
    const argument = ARGUMENTS.get(bytes[at]!);
    let end = at + 1;
    if (typeof argument === 'number') end += argument;
    else if (argument === 'line') end = lineEnd(end);
    else if (argument === 'lines') end = lineEnd(lineEnd(end));
    else if (argument !== undefined) {
      const { counted } = argument;
      if (end + counted > to) break;
      const length = counted === 1 ? bytes[end]! : view.getUint32(end, true);
      end += counted + length;
    }
    if (end > to) break;
    tokens.push({ from: at, to: end });
    at = end;
  }
  return tokens;
}
