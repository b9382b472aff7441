import { Fault } from '../../base/fault';
import { listed, quoted } from '../../base/text';
import type { AttentionParameters } from './attention';
import type { AttendedWords } from './headTask';
import type { PointRoles } from './roleTest';
import type { TextUnits } from './textUnits';

/** What subject, verb and object are called: in plain words, by spaCy, and in Universal Dependencies. */
const USUAL_ROLES = [
  ['SUBJ', 'VERB', 'OBJ'],
  ['nsubj', 'ROOT', 'dobj'],
  ['nsubj', 'root', 'obj'],
] as const;

/** The words that Mapper sees, and what they may be called. */
export interface Attended {
  readonly words: AttendedWords;
  /** All roles, by their numbers. */
  readonly names: readonly string[];
  readonly compared: readonly string[];
}

/** The words of the drawn texts with their roles. Throws `usage` for a role that no word has. */
export function attendedWords(
  {
    texts,
    rolesField,
    parameters,
  }: {
    readonly texts: readonly TextUnits[];
    readonly rolesField: string | undefined;
    readonly parameters: AttentionParameters;
  },
  drawn: Uint32Array,
): Attended {
  const { pointText, pointUnit, start } = pointsOf(texts, drawn);
  const said = Array.from(drawn, text => texts[text]!.roles ?? texts[text]!.words.map(() => undefined)).flat();
  const names = rolesField === undefined ? [] : [...new Set(said.filter(role => role !== undefined))].sort();
  const compared = names.length === 0 ? [] : comparedRoles(names, parameters);
  const numbered = (known: readonly string[]): PointRoles | undefined => {
    if (known.length === 0) return undefined;
    const numbers = new Map(known.map((name, index) => [name, index]));
    const role = Int32Array.from(said, one => (one === undefined ? -1 : (numbers.get(one) ?? -1)));
    return { role, roles: known.length, start };
  };
  const unitOf = new Int32Array(texts.reduce((sum, text) => sum + text.unitOf.length, 0));
  let at = 0;
  for (const text of texts) {
    unitOf.set(text.unitOf, at);
    at += text.unitOf.length;
  }
  const units = texts.reduce((most, text) => Math.max(most, text.units), 0);
  return {
    words: { unitOf, units, pointText, pointUnit, all: numbered(names), compared: numbered(compared) },
    names,
    compared,
  };
}

function pointsOf(texts: readonly TextUnits[], drawn: Uint32Array) {
  const start = new Uint32Array(drawn.length + 1);
  drawn.forEach((text, i) => (start[i + 1] = start[i]! + texts[text]!.words.length));
  const pointText = new Uint32Array(start[drawn.length]!);
  const pointUnit = new Uint32Array(pointText.length);
  drawn.forEach((text, i) => {
    pointText.fill(text, start[i], start[i + 1]);
    pointUnit.set(texts[text]!.wordUnits, start[i]);
  });
  return { pointText, pointUnit, start };
}

function comparedRoles(names: readonly string[], { compared }: AttentionParameters): readonly string[] {
  if (compared === undefined) return USUAL_ROLES.find(usual => usual.every(role => names.includes(role))) ?? names;
  for (const role of compared)
    if (!names.includes(role))
      throw new Fault('usage', `No word has the role ${quoted(role)}; there are ${listed(names)}.`, { source: '--compare' }); // prettier-ignore
  return compared;
}

/** Of points that lie text after text: the place of each among the words of its text. */
export function wordPlaces(pointText: Uint32Array): Uint32Array {
  let first = 0;
  return pointText.map((text, point) => {
    if (pointText[first] !== text) first = point;
    return point - first;
  });
}
