import type { Feature } from '../plots/feature';
import type { Mark, Scene } from '../plots/scene';

/**
 * Which feature is under the pointer: marks are put into the square cells that their surroundings touch, so that a look-up
 * reads one cell, however many marks there are.
 */

const CELL = 16;

export class HitIndex {
  private readonly columns: number;
  private readonly rows: number;
  private readonly cells: number[][];
  private readonly marks: readonly Mark[];

  /** `reach`: how far beside a mark, in pixels, still counts. */
  constructor(
    scene: Scene,
    private readonly reach: number,
  ) {
    this.columns = Math.max(1, Math.ceil(scene.width / CELL));
    this.rows = Math.max(1, Math.ceil(scene.height / CELL));
    this.cells = Array.from({ length: this.columns * this.rows }, () => []);
    this.marks = scene.marks;
    scene.marks.forEach((mark, i) => {
      if (mark.feature === undefined) return;
      if (mark.kind === 'rect') this.insert(i, mark.x, mark.y, mark.x + mark.width, mark.y + mark.height);
      else if (mark.kind === 'symbol') this.insert(i, mark.x, mark.y, mark.x, mark.y);
    });
  }

  private insert(i: number, left: number, top: number, right: number, bottom: number): void {
    const clamp = (value: number, most: number): number => Math.max(0, Math.min(most - 1, Math.floor(value / CELL)));
    const lastColumn = clamp(right + this.reach, this.columns);
    const lastRow = clamp(bottom + this.reach, this.rows);
    for (let row = clamp(top - this.reach, this.rows); row <= lastRow; row++) {
      for (let column = clamp(left - this.reach, this.columns); column <= lastColumn; column++) {
        this.cells[row * this.columns + column]!.push(i);
      }
    }
  }

  /** The nearest feature within reach; of equals, the one drawn last. */
  at(x: number, y: number): Feature | undefined {
    if (x < 0 || y < 0) return undefined;
    const [column, row] = [Math.floor(x / CELL), Math.floor(y / CELL)];
    if (this.columns <= column || this.rows <= row) return undefined;
    let best: Feature | undefined;
    let nearest = this.reach;
    for (const i of this.cells[row * this.columns + column]!) {
      const mark = this.marks[i]!;
      let distance = Infinity;
      if (mark.kind === 'rect') {
        const dx = Math.max(mark.x - x, 0, x - mark.x - mark.width);
        const dy = Math.max(mark.y - y, 0, y - mark.y - mark.height);
        distance = Math.hypot(dx, dy);
      } else if (mark.kind === 'symbol') {
        distance = Math.max(0, Math.hypot(mark.x - x, mark.y - y) - mark.radius);
      }
      if (distance <= nearest) {
        nearest = distance;
        best = mark.feature;
      }
    }
    return best;
  }
}
