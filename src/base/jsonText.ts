import {
  parseJsonWithSpans,
  type ContainerSpan,
  type Json,
  type JsonObject,
  type StrictJsonOptions,
} from './strictJson';

/**
 * JSON whose text is kept: a changed value is written where it stands, and every other character stays as its author wrote it (spaces, the
 * order of keys, the digits of numbers). Objects and lists of the parsed value that stand in a new one bring their text with them.
 */
export class JsonText {
  readonly value: Json;
  private readonly spans: ReadonlyMap<Json, ContainerSpan>;
  private readonly start: number;
  private readonly end: number;
  private readonly comma: string;
  private readonly colon: string;

  /** Throws `JsonError`. */
  constructor(
    private readonly text: string,
    options: StrictJsonOptions = {},
  ) {
    const { value, spans, root } = parseJsonWithSpans(text, options);
    this.value = value;
    this.spans = spans;
    this.start = root.start;
    this.end = root.end;
    // Python puts a space after both, JavaScript after none; new parts are written as the others are.
    const spaced = /^[^"]*"(?:[^"\\]|\\.)*": /.test(text.slice(root.start, root.start + 1000));
    this.comma = spaced ? ', ' : ',';
    this.colon = spaced ? ': ' : ':';
  }

  /** The text of a new value. */
  with(value: Json): string {
    return (
      this.text.slice(0, this.start) + this.changed(this.value, value, this.start, this.end) + this.text.slice(this.end)
    );
  }

  /** The new text of what stood in [start, end). */
  private changed(before: Json, after: Json, start: number, end: number): string {
    if (Object.is(before, after)) return this.text.slice(start, end);
    const moved = this.spans.get(after);
    if (moved !== undefined) return this.text.slice(moved.start, moved.end);
    const place = this.spans.get(before);
    if (place !== undefined && before instanceof Map && after instanceof Map)
      return this.changedObject(before as JsonObject, after as JsonObject, place);
    if (place !== undefined && Array.isArray(before) && Array.isArray(after))
      return this.changedList(before as readonly Json[], after as readonly Json[], place);
    return this.written(after);
  }

  private changedObject(before: JsonObject, after: JsonObject, place: ContainerSpan): string {
    const keys = [...before.keys()];
    const kept = keys.flatMap((key, index) => {
      const { start, value, end } = place.entries[index]!;
      const now = after.get(key);
      if (now === undefined) return [];
      return [{ index, text: this.text.slice(start, value) + this.changed(before.get(key)!, now, value, end) }];
    });
    const added = [...after].filter(([key]) => !before.has(key)).map(([key, value]) => this.entry(key, value));
    return this.assembled(place, kept, added);
  }

  private changedList(before: readonly Json[], after: readonly Json[], place: ContainerSpan): string {
    const text = (index: number, value: Json) => {
      const { start, end } = place.entries[index]!;
      return { index, text: this.changed(before[index]!, value, start, end) };
    };
    if (before.length === after.length)
      return this.assembled(
        place,
        after.map((value, index) => text(index, value)),
        [],
      );
    if (after.length < before.length) {
      // Of a list that lost some of its items, those that are still there are found in order; the rest is matched by place.
      const kept: { readonly index: number; readonly text: string }[] = [];
      let from = 0;
      for (const [i, value] of after.entries()) {
        const last = before.length - (after.length - i);
        let found = from;
        while (found < last && !same(before[found]!, value)) found++;
        const index = same(before[found]!, value) ? found : from;
        kept.push(text(index, value));
        from = index + 1;
      }
      return this.assembled(place, kept, []);
    }
    let common = 0;
    while (common < before.length && same(before[common]!, after[common]!)) common++;
    return this.assembled(
      place,
      before.slice(0, common).map((value, index) => text(index, value)),
      after.slice(common).map(value => this.written(value)),
    );
  }

  /** A container of which some entries are left, with what stood between them, and new ones at its end. */
  private assembled(
    place: ContainerSpan,
    kept: readonly { readonly index: number; readonly text: string }[],
    added: readonly string[],
  ): string {
    const { start, end, entries } = place;
    const between = (i: number) => this.text.slice(entries[i - 1]!.end, entries[i]!.start);
    let out = this.text.slice(start, entries[0]?.start ?? start + 1);
    kept.forEach(({ index, text }, i) => {
      out += (i === 0 ? '' : between(Math.max(1, index))) + text;
    });
    const separator = entries.length > 1 ? between(1) : this.comma;
    for (const [i, text] of added.entries()) out += (i === 0 && kept.length === 0 ? '' : separator) + text;
    return out + this.text.slice(entries.at(-1)?.end ?? start + 1, end);
  }

  private entry(key: string, value: Json): string {
    return JSON.stringify(key) + this.colon + this.written(value);
  }

  private written(value: Json): string {
    const place = this.spans.get(value);
    if (place !== undefined) return this.text.slice(place.start, place.end);
    if (value instanceof Map)
      return `{${[...(value as JsonObject)].map(([key, inner]) => this.entry(key, inner)).join(this.comma)}}`;
    if (Array.isArray(value)) return `[${(value as readonly Json[]).map(item => this.written(item)).join(this.comma)}]`;
    return JSON.stringify(value);
  }
}

/** Whether two values are one JSON, whatever the order of keys. */
function same(a: Json, b: Json): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Map && b instanceof Map) {
    const [left, right] = [a as JsonObject, b as JsonObject];
    return (
      left.size === right.size && [...left].every(([key, value]) => right.has(key) && same(value, right.get(key)!))
    );
  }
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return (a as readonly Json[]).every((value, i) => same(value, (b as readonly Json[])[i]!));
}
