import { visitTreeV2 } from './btreeV2';
import { Cursor, damaged, textOf, UNDEFINED } from './cursor';
import { readDataspace, readDatatype, sizeOf, type Datatype } from './datatype';
import { FractalHeap } from './fractalHeap';
import type { GlobalHeap } from './globalHeap';
import { MESSAGE, type HeaderMessage } from './objectHeader';
import type { Storage } from './storage';

/** An attribute that is not decoded yet. */
interface StoredAttribute {
  readonly type: Datatype;
  /** `null` for none at all. */
  readonly shape: readonly number[] | null;
  readonly data: Cursor;
}

const MOST_TEXTS = 1_000_000;

/** The attributes of a group or dataset, decoded when they are asked for. */
export class Attributes {
  private readonly stored = new Map<string, StoredAttribute>();

  constructor(
    storage: Storage,
    private readonly texts: GlobalHeap,
    messages: readonly HeaderMessage[],
  ) {
    for (const { type, body, shared } of messages) {
      if (type === MESSAGE.attribute && !shared) this.add(body);
      if (type === MESSAGE.attributeInfo) {
        body.skip(1);
        const flags = body.u8();
        if (flags & 1) body.skip(2);
        const heap = body.address();
        const tree = body.address();
        if (heap === UNDEFINED || tree === UNDEFINED) continue;
        const objects = new FractalHeap(storage, heap);
        visitTreeV2(storage, tree, 8, record => {
          const id = record.take(8);
          // Attributes that objects share lie in a heap of the whole file.
          if ((record.u8() & 2) === 0) this.add(objects.object(id));
        });
      }
    }
  }

  get names(): readonly string[] {
    return [...this.stored.keys()];
  }

  has(name: string): boolean {
    return this.stored.has(name);
  }

  /** A single text; `undefined` where there is none of this name. Throws `corrupt`. */
  text(name: string): string | undefined {
    return this.list(name)?.[0];
  }

  /** A list of texts; `undefined` where there is no such attribute, or it holds no text. */
  list(name: string): readonly string[] | undefined {
    const attribute = this.stored.get(name);
    if (attribute === undefined) return undefined;
    const { type, shape, data } = attribute;
    if (shape === null) return [];
    const count = sizeOf(shape, `attribute ${name}`);
    if (count > MOST_TEXTS) throw damaged(`attribute ${name} holds ${count} texts`);
    const at = restarted(data);
    if (type.kind === 'text') {
      return Array.from({ length: count }, () => textOf(at.take(type.size)).replace(/ +$/, ''));
    }
    if (type.kind === 'variable' && type.text) {
      return Array.from({ length: count }, () => textOf(this.texts.read(at.part(type.size, `attribute ${name}`))));
    }
    return undefined;
  }

  private add(at: Cursor): void {
    const version = at.u8();
    const flags = at.u8();
    if (version < 1 || version > 3) throw at.damaged('an attribute is of an unknown version');
    const sizes = [at.u16(), at.u16(), at.u16()] as const;
    if (version === 3) at.skip(1);
    const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
    const name = textOf(at.take(padded(sizes[0])));
    const typeMessage = at.part(padded(sizes[1]), `the type of attribute ${name}`);
    const spaceMessage = at.part(padded(sizes[2]), `the shape of attribute ${name}`);
    // Types and shapes that are shared with other objects are not those of texts.
    if (version > 1 && (flags & 3) !== 0) return;
    const data = at.part(at.left, `attribute ${name}`);
    this.stored.set(name, { type: readDatatype(typeMessage), shape: readDataspace(spaceMessage), data });
  }
}

function restarted(cursor: Cursor): Cursor {
  return new Cursor(cursor.bytes, cursor.offsetSize, cursor.lengthSize, cursor.what);
}
