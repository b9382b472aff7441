import { Edit, type Point, type Tree } from 'web-tree-sitter';

/** A change of a text: what stood from `start` to `end` is now `text`. Several are applied one after the other. */
export interface TextChange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Open {
  text: string;
  /** The text that was parsed last, and what changed since. */
  base: string | undefined;
  edits: Edit[];
}

/** More edits than this between two parses: the text is parsed anew. */
const MOST_EDITS = 1_000;

/** The texts of open editors, which come before the files they are of. */
export class SourceTexts {
  private readonly open = new Map<string, Open>();

  get(file: string): string | undefined {
    return this.open.get(file)?.text;
  }

  set(file: string, text: string): void {
    this.open.set(file, { text, base: undefined, edits: [] });
  }

  close(file: string): void {
    this.open.delete(file);
  }

  change(file: string, changes: readonly TextChange[]): void {
    const open = this.open.get(file);
    if (!open) return;
    if (open.edits.length + changes.length > MOST_EDITS) open.base = undefined;
    for (const { start, end, text } of changes) {
      const after = open.text.slice(0, start) + text + open.text.slice(end);
      if (open.base !== undefined) open.edits.push(editOf(open.text, after, start, end, start + text.length));
      open.text = after;
    }
    if (open.base === undefined) open.edits = [];
  }

  /** Tells the tree of `base` what changed since, so that only that is parsed anew; `false` where that is not known. */
  tell(file: string, base: string, tree: Tree): boolean {
    const open = this.open.get(file);
    if (open?.base !== base) return false;
    for (const edit of open.edits) tree.edit(edit);
    return true;
  }

  parsed(file: string, text: string): void {
    const open = this.open.get(file);
    if (open?.text !== text) return;
    open.base = text;
    open.edits = [];
  }
}

function editOf(before: string, after: string, startIndex: number, oldEndIndex: number, newEndIndex: number): Edit {
  return new Edit({
    startIndex,
    oldEndIndex,
    newEndIndex,
    startPosition: pointOf(before, startIndex),
    oldEndPosition: pointOf(before, oldEndIndex),
    newEndPosition: pointOf(after, newEndIndex),
  });
}

function pointOf(text: string, index: number): Point {
  let row = 0;
  let line = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < index; next = text.indexOf('\n', next + 1)) {
    row++;
    line = next + 1;
  }
  return { row, column: index - line };
}
