/** A list of whole numbers of 32 bits that grows and shrinks at its end. */
export class IntList {
  private array: Int32Array<ArrayBuffer>;
  private size = 0;

  constructor(capacity = 1024) {
    this.array = new Int32Array(capacity);
  }

  get length(): number {
    return this.size;
  }

  /** What the list takes, in bytes. */
  get bytes(): number {
    return this.array.byteLength;
  }

  at(place: number): number {
    return this.array[place]!;
  }

  push(item: number): void {
    if (this.size === this.array.length) this.reserve(1);
    this.array[this.size++] = item;
  }

  /** Appends the first `count` of some items. */
  append(items: Int32Array, count: number): void {
    this.reserve(count);
    for (let k = 0; k < count; k++) this.array[this.size++] = items[k]!;
  }

  /** Takes off what is last. */
  pop(): number {
    return this.array[--this.size]!;
  }

  /** Takes off all from a place on. */
  truncate(length: number): void {
    this.size = length;
  }

  /** The items, until one is added. */
  view(): Int32Array<ArrayBuffer> {
    return this.array.subarray(0, this.size);
  }

  private reserve(more: number): void {
    if (this.size + more <= this.array.length) return;
    const larger = new Int32Array(Math.max(2 * this.array.length, this.size + more));
    larger.set(this.view());
    this.array = larger;
  }
}
