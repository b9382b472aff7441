/** Disjoint sets of 0 … count − 1, with path halving and union by size; each set knows its size. */
export class UnionFind {
  private readonly parent: Int32Array;
  private readonly sizes: Int32Array;
  private setCount: number;

  constructor(count: number) {
    this.parent = new Int32Array(count);
    for (let i = 0; i < count; i++) this.parent[i] = i;
    this.sizes = new Int32Array(count).fill(1);
    this.setCount = count;
  }

  /** Number of sets. */
  get count(): number {
    return this.setCount;
  }

  find(element: number): number {
    const { parent } = this;
    let root = element;
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  }

  /** Size of the set of `element`. */
  sizeOf(element: number): number {
    return this.sizes[this.find(element)]!;
  }

  /** Joins two sets and returns the root of the union, or −1 where they are one already. */
  union(a: number, b: number): number {
    let larger = this.find(a);
    let smaller = this.find(b);
    if (larger === smaller) return -1;
    if (this.sizes[larger]! < this.sizes[smaller]!) [larger, smaller] = [smaller, larger];
    this.parent[smaller] = larger;
    this.sizes[larger] = this.sizes[larger]! + this.sizes[smaller]!;
    this.setCount--;
    return larger;
  }
}
