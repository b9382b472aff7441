import { round, type Shape } from './scene';

/** A symbol of about the area of a circle of this radius, as path data. */
export function symbolPath(shape: Shape, x: number, y: number, radius: number): string {
  const at = (dx: number, dy: number): string => `${round(x + dx)} ${round(y + dy)}`;
  switch (shape) {
    case 'circle': {
      const r = round(radius);
      return `M${at(-radius, 0)}a${r} ${r} 0 1 0 ${round(2 * radius)} 0a${r} ${r} 0 1 0 ${-round(2 * radius)} 0Z`;
    }
    case 'triangle': {
      const r = radius * 1.35;
      return `M${at(0, -r)}L${at(r * 0.9, r * 0.6)}L${at(-r * 0.9, r * 0.6)}Z`;
    }
    case 'square': {
      const r = radius * 0.9;
      return `M${at(-r, -r)}L${at(r, -r)}L${at(r, r)}L${at(-r, r)}Z`;
    }
    case 'diamond': {
      const r = radius * 1.25;
      return `M${at(0, -r)}L${at(r, 0)}L${at(0, r)}L${at(-r, 0)}Z`;
    }
  }
}
