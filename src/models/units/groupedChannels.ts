import type { Labels, UnitBook } from './unitBook';

const STAYS = 'A convolution in groups reads them with channels that stay.';

/** A convolution in groups: channels of the same place in each group go together, and so do outputs, so that groups remain equal. */
export function equalGroups(
  book: UnitBook,
  {
    groups,
    given,
    incoming,
    width,
    outgoing,
    outputs,
  }: {
    readonly groups: number;
    readonly given: Labels | null;
    /** Of the weights: the channels that one group reads. */
    readonly incoming: Labels | null;
    readonly width: number;
    readonly outgoing: Labels | null;
    readonly outputs: number;
  },
): void {
  if (given?.length !== groups * width || outputs % groups !== 0) {
    for (const labels of [given, incoming, outgoing]) book.keep(labels, STAYS);
    return;
  }
  for (let group = 0; group < groups; group++)
    for (let i = 0; i < width; i++) {
      const at = group * width + i;
      if (incoming === null) book.keep(given.subarray(at, at + 1), STAYS);
      else book.unite(given[at]!, incoming[i]!);
    }
  if (outgoing !== null) for (let o = 0; o < outputs; o++) book.unite(outgoing[o]!, outgoing[o % (outputs / groups)]!);
}

/** Outputs of a depthwise convolution, several for each channel: they go with it. */
export function depthwiseOutputs(given: Labels | null, several: number): Labels | null {
  return given && Int32Array.from({ length: given.length * several }, (_, o) => given[Math.floor(o / several)]!);
}
