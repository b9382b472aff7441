/** A binary heap of whole numbers of 32 bits, not negative, the largest on top, in which equal ones cancel in pairs: a column over Z/2. */
export class IntHeap {
  private items = new Int32Array(64);
  private length = 0;

  push(item: number): void {
    if (this.length === this.items.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.items);
      this.items = larger;
    }
    const { items } = this;
    let at = this.length++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above]! >= item) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = item;
  }

  /** Takes off the largest item that is there an odd number of times; −1 where none is. */
  popOdd(): number {
    while (this.length > 0) {
      const item = this.pop();
      let odd = true;
      while (this.length > 0 && this.items[0] === item) {
        this.pop();
        odd = !odd;
      }
      if (odd) return item;
    }
    return -1;
  }

  private pop(): number {
    const { items } = this;
    const top = items[0]!;
    const moving = items[--this.length]!;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.length) break;
      if (below + 1 < this.length && items[below + 1]! > items[below]!) below++;
      if (items[below]! <= moving) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = moving;
    return top;
  }
}
