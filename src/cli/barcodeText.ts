const BLOCKS = '▁▂▃▄▅▆▇█';
const MOST_BARS = 16;

/** A diagram's bars as blocks whose height is their length, longest first; an endless bar is an arrow. */
export function barcodeText(
  pairs: readonly { readonly birth: number; readonly death: number }[],
  most = MOST_BARS,
): string {
  const lengths = pairs.map(({ birth, death }) => death - birth).sort((a, b) => b - a);
  const endless = lengths.filter(length => length === Infinity).length;
  const finite = lengths.slice(endless, most);
  const longest = finite[0] ?? 0;
  const blocks = finite.map(length => BLOCKS[Math.min(7, Math.floor((8 * length) / longest))] ?? BLOCKS[0]!);
  const arrows = endless === 0 ? '' : endless <= 3 ? '→'.repeat(endless) : `${endless}→`;
  return arrows + blocks.join('') + (lengths.length > most ? '…' : '');
}
