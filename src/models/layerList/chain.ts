import { formatCount } from '../../base/numbers';
import { quoted } from '../../base/text';
import type { LayerList, ListedLayer } from './layerList';
import type { Piece } from './pieces';

/** What a person says of a chain where the file does not. */
export interface ChainAnswer {
  /** One of `ACTIVATION_NAMES`, or none. */
  readonly activation: string;
  /** Whether it stands before the normalisation that follows a dense layer, or after it. */
  readonly place: 'before' | 'after';
}

/** Dense layers and normalisations one after the other, which the shapes leave no other reading of. */
export interface Chain {
  readonly kind: 'chain';
  readonly pieces: readonly Piece[];
  /** Paths of the dense layers that an activation follows. */
  readonly activated: readonly string[];
  /** Whether the file leaves open on which side of normalisations the activation stands. */
  readonly asksPlace: boolean;
  /** Whether more modules without weights stand between two layers than one activation. */
  readonly more: boolean;
  /** The list of layers that it is, once it is said what the activation is. */
  list(answer: ChainAnswer): LayerList;
}

/** Why weights are no chain of one reading: what is not known. */
export interface NoChain {
  readonly kind: 'open';
  /** Completes "Not in the file is …". */
  readonly what: string;
}

/** Parts of names of modules that are called otherwise than one after the other. */
const ASIDE =
  /(^|[._])(q|k|v|o|query|key|value|qkv|[qkvo]_?proj|attn|attention|gate|skip|shortcut|downsample|residual|res\d*|mu|mean|logvar|log_var|log_std|sigma|actor|critic|policy|heads|branch\d*|experts?\d*|router|lora_\w+|teacher|student)([._]|$)/i;

export interface ChainOptions {
  /** Whether modules come by their names, and not in the order in which their author made them. */
  readonly sorted: boolean;
  /** What is added to variances in normalisations, usually, by what wrote the file. */
  readonly epsilon: number;
}

/**
 * Reads modules as a chain of dense layers and normalisations. It is one only where names, order and shapes leave one reading; else what is not known is said, naming the
 * layer. Numbers in the names of a Sequential tell where modules without weights stand.
 */
export function readChain(given: readonly Piece[], options: ChainOptions): Chain | NoChain {
  const open = (what: string): NoChain => ({ kind: 'open', what });
  if (!given.some(({ kind }) => kind === 'dense' || kind === 'convolution'))
    return open('how its tensors are used: none is of a dense layer');
  for (const { path, kind, type, operator, kernel } of given) {
    const aside = ASIDE.exec(path)?.[2];
    if (aside !== undefined)
      return open(`how ${quoted(path)} is used: what is called “${aside}” seldom stands in a chain`);
    if (kind === 'convolution')
      return open(
        `the stride and padding of ${quoted(path)} (a ${kernel.join(' × ')} convolution), and what pools or flattens after it`,
      );
    if (kind === 'other')
      return open(`how ${quoted(path)} (${operator}) is used: it is neither dense nor a normalisation`);
    if (kind === 'normalisation' && type === undefined)
      return open(`whether ${quoted(path)} normalises over layers, groups or instances`);
    if (type === 'GroupNorm') return open(`how many groups ${quoted(path)} has`);
    if (type === 'RMSNorm') return open(`what ${quoted(path)} adds to the mean square`);
    if (type === 'InstanceNorm') return open(`what ${quoted(path)} normalises over, where there are no sides`);
  }
  const ordered = inOrder(given, options.sorted);
  if (ordered.kind === 'open') return ordered;
  const { pieces } = ordered;
  const block = openBlock(pieces);
  if (block !== undefined)
    return open(`whether ${quoted(block)} adds what it takes to what it gives (a skip connection)`);
  return chainOf(pieces, options);
}

/** The pieces in the one order in which their widths fit. */
function inOrder(
  given: readonly Piece[],
  sorted: boolean,
): { readonly kind: 'ordered'; readonly pieces: readonly Piece[] } | NoChain {
  const misfit = firstMisfit(given);
  const numbered = sharesOneName(given);
  // An author's order, or numbers, say the order: shapes only confirm it.
  if (!sorted || numbered)
    return misfit === undefined ? { kind: 'ordered', pieces: given } : { kind: 'open', what: misfit };
  if (given.some(piece => piece.kind !== 'dense'))
    return given.length === 1
      ? { kind: 'ordered', pieces: given }
      : { kind: 'open', what: 'the order of its layers: the file has them by their names' };
  const orders = ordersThatFit(given);
  if (orders.length === 1) return { kind: 'ordered', pieces: orders[0]! };
  if (orders.length === 0) return { kind: 'open', what: misfit ?? 'an order in which its layers fit' };
  const at = orders[0]!.findIndex((piece, index) => piece !== orders[1]![index]);
  return {
    kind: 'open',
    what: `whether ${quoted(orders[0]![at]!.path)} or ${quoted(orders[1]![at]!.path)} comes first: the file has its layers by their names`,
  };
}

/** At most two orders of dense layers in which each takes what the one before it gives. */
function ordersThatFit(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const found: Piece[][] = [];
  let steps = 0;
  const extend = (order: readonly Piece[], rest: readonly Piece[]): void => {
    if (found.length > 1 || ++steps > 20_000) return;
    if (rest.length === 0) {
      found.push([...order]);
      return;
    }
    const width = order.at(-1)?.gives;
    rest.forEach((piece, at) => {
      if (width === undefined || piece.takes === width)
        extend([...order, piece], [...rest.slice(0, at), ...rest.slice(at + 1)]);
    });
  };
  extend([], pieces);
  // A search that was given up has not shown that there is one.
  return steps > 20_000 && found.length === 1 ? [found[0]!, found[0]!.toReversed()] : found;
}

/** fc1, fc2, fc3 or net.0, net.2: names that differ in one number alone. */
function sharesOneName(pieces: readonly Piece[]): boolean {
  const plain = new Set(pieces.map(({ path }) => path.replace(/\d+(?=\D*$)/, '#')));
  return plain.size === 1 && pieces.every(({ path }) => /\d/.test(path));
}

function firstMisfit(pieces: readonly Piece[]): string | undefined {
  let width: number | undefined;
  let before = '';
  for (const { path, takes, gives } of pieces) {
    if (width !== undefined && takes !== width && !(takes === 1 && gives === 1))
      return `what comes between ${quoted(before)} and ${quoted(path)}: the one gives ${formatCount(width)} values, the other takes ${formatCount(takes)}`;
    // A slope of one value is for any width.
    if (!(takes === 1 && gives === 1 && width !== undefined)) width = gives;
    before = path;
  }
  return undefined;
}

/** A group of modules that is called a block, or is one of several of a kind, and gives as many values as it takes. */
function openBlock(pieces: readonly Piece[]): string | undefined {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) {
    const parts = piece.path.split(/[./]/);
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join('.');
      groups.set(path, [...(groups.get(path) ?? []), piece]);
    }
  }
  for (const [path, members] of groups) {
    const last = path.slice(path.lastIndexOf('.') + 1);
    const isOneOfMany = /^\d+$/.test(last) || /block|res|mixer|unit|layer\d/i.test(last);
    const dense = members.filter(({ kind }) => kind === 'dense');
    if (isOneOfMany && dense.length > 0 && dense[0]!.takes === dense.at(-1)!.gives) return path;
  }
  return undefined;
}

/** Where an activation may stand: after the dense layer, or after one of the normalisations that follow it. */
interface Segment {
  readonly dense: Piece;
  readonly members: readonly Piece[];
  /** Places after which modules without weights stand, by the members' numbers; `undefined` where names do not tell. */
  readonly places: readonly number[] | undefined;
  readonly hasSlope: boolean;
}

function chainOf(pieces: readonly Piece[], { epsilon }: ChainOptions): Chain {
  const gaps = new Gaps(pieces);
  const segments = segmentsOf(pieces, gaps);
  const hidden = segments.slice(0, -1);
  const asks = hidden.filter(({ places, hasSlope }) => !hasSlope && places?.length !== 0);
  const isOpen = ({ members, places }: Segment) => members.length > 1 && places?.length !== 1;
  return {
    kind: 'chain',
    pieces,
    activated: asks.map(({ dense }) => dense.path),
    asksPlace: asks.some(isOpen),
    more: pieces.some((piece, at) => (gaps.after(piece, pieces[at + 1]) ?? 0) > 1),
    list: ({ activation, place }) => {
      const active = new Map<Piece, string>();
      if (activation !== 'none')
        for (const segment of asks) {
          const { members, places } = segment;
          const at = isOpen(segment) ? (place === 'before' ? 0 : members.length - 1) : (places?.[0] ?? 0);
          active.set(members[at]!, activation);
        }
      return {
        input: { shape: [pieces[0]!.takes], type: 'float32' },
        layers: pieces.map((piece): ListedLayer => ({
          type: piece.type!,
          name: piece.path.replaceAll('/', '.'),
          weights: piece.path,
          from: [],
          settings: new Map(piece.kind === 'normalisation' ? [['eps', epsilon]] : []),
          activation: active.get(piece),
        })),
      };
    },
  };
}

function segmentsOf(pieces: readonly Piece[], between: Gaps): readonly Segment[] {
  const segments: Segment[] = [];
  pieces.forEach((dense, at) => {
    if (dense.kind !== 'dense') return;
    const end = pieces.findIndex((piece, index) => index > at && piece.kind === 'dense');
    const all = pieces.slice(at, end < 0 ? undefined : end);
    const hasSlope = all.some(({ kind }) => kind === 'slope');
    const members = all.filter(({ kind }) => kind !== 'slope');
    const gaps = members.map((member, index) => between.after(member, members[index + 1] ?? pieces[end]));
    const known = !hasSlope && end >= 0 && gaps.every(gap => gap !== undefined);
    const places = known ? gaps.flatMap((gap, index) => (gap > 0 ? [index] : [])) : undefined;
    segments.push({ dense, members, places, hasSlope });
  });
  return segments;
}

/**
 * Modules without weights between two of one Sequential, by their numbers in it. Where numbers follow each other without a gap it may be a list of modules whose activations are called
 * elsewhere: then nothing is known.
 */
class Gaps {
  private readonly sequential = new Set<string>();

  constructor(pieces: readonly Piece[]) {
    pieces.forEach((piece, at) => {
      const gap = gapBetween(piece, pieces[at + 1]);
      if (gap !== undefined && gap.count > 0) this.sequential.add(gap.parent);
    });
  }

  after(piece: Piece, next: Piece | undefined): number | undefined {
    const gap = gapBetween(piece, next);
    return gap !== undefined && this.sequential.has(gap.parent) ? gap.count : undefined;
  }
}

function gapBetween(
  piece: Piece,
  next: Piece | undefined,
): { readonly parent: string; readonly count: number } | undefined {
  const [a, b] = [numberIn(piece), next && numberIn(next)];
  if (a === undefined || b === undefined || a.parent !== b.parent || b.number <= a.number) return undefined;
  return { parent: a.parent, count: b.number - a.number - 1 };
}

function numberIn({ path }: Piece): { readonly parent: string; readonly number: number } | undefined {
  const [, parent = '', number] = /^(?:(.*)[./])?(\d+)$/.exec(path) ?? [];
  return number === undefined ? undefined : { parent, number: Number(number) };
}
