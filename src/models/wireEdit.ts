import type { ByteSource } from '../base/bytes';
import { lengthOfAll, type Part } from '../base/splicedSource';
import { varint } from './onnx/encode';
import { BYTES, Message, Window } from './wire';

/** Bytes [start, end) of a file of protocol buffers: the payload of a field. */
interface Payload {
  readonly start: number;
  readonly end: number;
}

/** What becomes of a field: whole fields, tags included, in its place (none removes it) or beside it. */
interface FieldEdit {
  by?: readonly Part[];
  readonly before: Part[];
  readonly after: Part[];
}

/**
 * Changes of fields of a message, of the messages in it, and so on, each known by where its payload begins: no two fields' payloads begin at one byte. What is
 * not changed keeps its bytes, fields that nobody knows among them, and its place; only the lengths of the messages around a change are written anew.
 */
export class WireEdits {
  private readonly edits = new Map<number, FieldEdit>();
  private starts: readonly number[] = [];

  constructor(private readonly source: ByteSource) {}

  get size(): number {
    return this.edits.size;
  }

  replace(payload: Payload, by: readonly Part[]): void {
    this.at(payload).by = by;
  }

  remove(payload: Payload): void {
    this.replace(payload, []);
  }

  insertBefore(payload: Payload, fields: readonly Part[]): void {
    this.at(payload).before.push(...fields);
  }

  insertAfter(payload: Payload, fields: readonly Part[]): void {
    this.at(payload).after.push(...fields);
  }

  /** The parts that a message comes to; `message` has not been walked yet. */
  parts(message: Message = new Message(new Window(this.source), 0, this.source.size)): readonly Part[] {
    this.starts = [...this.edits.keys()].sort((a, b) => a - b);
    return this.rewritten(message);
  }

  private at({ start }: Payload): FieldEdit {
    let edit = this.edits.get(start);
    if (edit === undefined) this.edits.set(start, (edit = { before: [], after: [] }));
    return edit;
  }

  private rewritten(message: Message): readonly Part[] {
    const parts: Part[] = [];
    let kept = message.from;
    const keepUpTo = (end: number) => {
      if (end > kept) parts.push({ of: this.source, from: kept, to: end });
    };
    for (let at = message.from; message.next(); at = message.after) {
      if (message.type !== BYTES) continue;
      const edit = this.edits.get(message.start);
      const inside = edit?.by === undefined && this.within(message.start, message.end);
      if (edit === undefined && !inside) continue;
      keepUpTo(at);
      kept = message.after;
      parts.push(...(edit?.before ?? []));
      if (edit?.by !== undefined) parts.push(...edit.by);
      else if (inside) {
        const inner = this.rewritten(message.message());
        parts.push(Uint8Array.from([...varint(message.field * 8 + BYTES), ...varint(lengthOfAll(inner))]), ...inner);
      } else parts.push({ of: this.source, from: at, to: message.after });
      parts.push(...(edit?.after ?? []));
    }
    keepUpTo(message.to);
    return parts;
  }

  /** Whether a field within a payload is changed. */
  private within(start: number, end: number): boolean {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle]! > start) high = middle;
      else low = middle + 1;
    }
    return low < this.starts.length && this.starts[low]! < end;
  }
}
