import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { SourceLayer, SourceNetwork } from './networks';
import type { SourceProgram } from './sourceProgram';
import type { TextChange } from './sourceTexts';
import type { Place, Size, SizeRole } from './values';

/** Sizes that a layer is to have. */
export interface WantedSizes {
  /** As the source calls it. */
  readonly path: string;
  readonly sizes: Readonly<Partial<Record<SizeRole, number>>>;
}

/** A change of a file, and why it is made. */
export interface SourceEdit extends TextChange {
  readonly file: string;
  /** Layers whose sizes it changes. */
  readonly layers: readonly string[];
}

interface Want {
  readonly layer: SourceLayer;
  readonly size: Size;
  /** Of the size among those of its layer. */
  readonly index: number;
  readonly to: number;
}

/**
 * The edits that give a network other sizes. A size is changed where its number is written, be that a default, a constant or an argument of another file; where
 * others take the same number and keep their size, and where it is computed, the argument that hands it on is replaced, and else what stands in the layer's own call. What comes of it is
 * read again before it is offered: a network whose sizes are then not exactly those that are wanted is refused. Throws `unsupported`, naming the layer.
 */
export async function resizeNetwork(
  program: SourceProgram,
  file: string,
  network: SourceNetwork,
  wanted: readonly WantedSizes[],
  cancellation: Cancellation,
): Promise<readonly SourceEdit[]> {
  const goals = goalsOf(network, wanted);
  const wants = goals.filter(({ size, to }) => size.value !== to);
  if (wants.length === 0) return [];
  const attempts: readonly ((want: Want, sharing: readonly Want[]) => SourceEdit | undefined)[] = [
    atItsLiteral,
    atItsPart,
    atItsArgument,
    atItsCall,
  ];
  let edits = new Map<string, SourceEdit>();
  let open: readonly Want[] = wants;
  for (const attempt of attempts) {
    const tried = new Map(edits);
    for (const want of open) {
      const edit = attempt(want, goals);
      if (edit) add(tried, edit);
    }
    const after = await read(program, file, network, [...tried.values()], cancellation);
    const left = goals.filter(({ layer, index, to }) => after(layer.path, index) !== to);
    // What this way of changing does not mend is changed in the next one, and what it broke is taken back.
    const broken = left.filter(one => !wants.includes(one));
    if (broken.length === 0) {
      edits = tried;
      open = left;
      if (left.length === 0) return sorted(edits);
    }
  }
  const [first] = open.length > 0 ? open : wants;
  const name = first!.layer.path;
  throw new Fault(
    'unsupported',
    `The size of ${name} cannot be changed by itself: the line that makes it makes other layers of other sizes, too.`,
    { hint: 'Write the layers one by one, or give each its size in a list.' },
  );
}

/** All sizes of the network that are known, each with what it is to be. */
function goalsOf(network: SourceNetwork, wanted: readonly WantedSizes[]): readonly Want[] {
  const byPath = new Map(wanted.map(one => [one.path, one.sizes]));
  return network.layers.flatMap(layer =>
    layer.sizes.flatMap((size, index) =>
      size.value === undefined ? [] : [{ layer, size, index, to: byPath.get(layer.path)?.[size.role] ?? size.value }],
    ),
  );
}

/** Where its number is written, if all that take it want the same. */
function atItsLiteral({ layer, size, to }: Want, goals: readonly Want[]): SourceEdit | undefined {
  const { literal } = size;
  if (!literal) return undefined;
  const sharing = goals.filter(goal => goal.size.literal && samePlace(goal.size.literal, literal));
  if (sharing.some(goal => goal.to !== to)) return undefined;
  // What is computed from the number would change with it.
  const computed = goals.filter(
    goal => !goal.size.literal && goal.size.parts.some(part => samePlace(part.place, literal)),
  );
  if (computed.some(goal => goal.to === goal.size.value)) return undefined;
  return { ...literal, text: String(to), layers: [...new Set([layer.path, ...sharing.map(goal => goal.layer.path)])] };
}

/** In a product such as 16 * 5 * 5: the one factor that makes the rest right. */
function atItsPart({ layer, size, to }: Want): SourceEdit | undefined {
  if (size.literal || size.value === undefined) return undefined;
  for (const part of size.parts) {
    const other = (size.value / part.value) * 1;
    const value = to / other;
    if (Number.isInteger(other) && Number.isInteger(value) && value !== part.value && within(part.place, size.place))
      return { ...part.place, text: String(value), layers: [layer.path] };
  }
  return undefined;
}

/** Where it is handed to a function of the source that makes the layer, as far out as all that come through want the same. */
function atItsArgument({ layer, size, to }: Want, goals: readonly Want[]): SourceEdit | undefined {
  for (const place of size.passed) {
    const sharing = goals.filter(goal => goal.size.passed.some(one => samePlace(one, place)));
    if (sharing.every(goal => goal.to === to))
      return {
        ...place,
        text: String(to),
        layers: [...new Set([layer.path, ...sharing.map(goal => goal.layer.path)])],
      };
  }
  return undefined;
}

/** What stands in its own call. */
function atItsCall({ layer, size, to }: Want, goals: readonly Want[]): SourceEdit | undefined {
  const sharing = goals.filter(goal => samePlace(goal.size.place, size.place));
  if (sharing.some(goal => goal.to !== to)) return undefined;
  return { ...size.place, text: String(to), layers: [layer.path] };
}

function samePlace(a: Place, b: Place): boolean {
  return a.file === b.file && a.start === b.start && a.end === b.end;
}

function within(inner: Place, outer: Place): boolean {
  return inner.file === outer.file && inner.start >= outer.start && inner.end <= outer.end;
}

/** Keeps the wider of two edits that would touch. */
function add(edits: Map<string, SourceEdit>, edit: SourceEdit): void {
  for (const [key, other] of edits)
    if (other.file === edit.file && edit.start < other.end && other.start < edit.end) {
      if (other.start === edit.start && other.end === edit.end && other.text === edit.text) return;
      edits.delete(key);
    }
  edits.set(`${edit.file}:${edit.start}`, edit);
}

/** What a size would be after the edits. */
async function read(
  program: SourceProgram,
  file: string,
  network: SourceNetwork,
  edits: readonly SourceEdit[],
  cancellation: Cancellation,
): Promise<(path: string, index: number) => number | undefined> {
  const texts = new Map<string, string>();
  for (const name of new Set(edits.map(edit => edit.file))) {
    const before = program.textOf(name);
    if (before !== undefined)
      texts.set(
        name,
        applied(
          before,
          edits.filter(edit => edit.file === name),
        ),
      );
  }
  const { networks } = await program.analyseWith(file, texts, cancellation);
  const after = networks.find(one => one.name === network.name && one.layers.length === network.layers.length);
  const sizes = new Map<string, number | undefined>();
  for (const layer of after?.layers ?? [])
    layer.sizes.forEach(({ value }, index) => sizes.set(`${layer.path}\0${index}`, value));
  return (path, index) => sizes.get(`${path}\0${index}`);
}

/** A text after edits that do not touch each other. */
export function applied(text: string, edits: readonly TextChange[]): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
}

function sorted(edits: ReadonlyMap<string, SourceEdit>): readonly SourceEdit[] {
  return [...edits.values()].sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1));
}
