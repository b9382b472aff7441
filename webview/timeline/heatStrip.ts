import { resolvedInk } from '../render/ink';
import type { TimeAxis } from './lineChart';
import type { Strip } from './series';

export const ROW_HEIGHT = 16;
const NAME_SIZE = 11;
const LONGEST_NAME = 12;

/** A cell for each layer and checkpoint, the darker the farther apart the layer is from what it reads. A canvas: there may be many thousands. */
export function drawStrip(
  canvas: HTMLCanvasElement,
  strip: Strip,
  axis: TimeAxis,
  emphasised: string | undefined,
): void {
  const { width, left, right, x } = axis;
  const height = strip.layers.length * ROW_HEIGHT;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, height);
  const ink = resolvedInk(document.body);
  strip.layers.forEach((name, row) => {
    const y = row * ROW_HEIGHT;
    context.globalAlpha = 1;
    context.font = `${name === emphasised ? '600 ' : ''}${NAME_SIZE}px ${ink.font}`;
    context.textAlign = 'right';
    context.fillStyle = ink.color(name === emphasised ? 'foreground' : 'muted');
    context.fillText(name.length > LONGEST_NAME ? `…${name.slice(1 - LONGEST_NAME)}` : name, left - 6, y + 12);
    x.forEach((_, at) => {
      const [from, to] = cellOf(x, at, left, right);
      const value = strip.values[row]![at];
      if (value === undefined) {
        context.globalAlpha = 1;
        context.fillStyle = ink.color('grid');
        context.fillRect(from, y + ROW_HEIGHT / 2 - 0.5, Math.max(0.5, to - from - 1), 1);
        return;
      }
      context.globalAlpha = shadeOf(value, strip.most);
      context.fillStyle = ink.color('h0');
      context.fillRect(from, y + 1, Math.max(0.5, to - from - (x.length > 100 ? 0 : 1)), ROW_HEIGHT - 2);
    });
  });
  context.globalAlpha = 1;
}

/** From pale to full; 0 can still be told from nothing. */
export function shadeOf(value: number, most: number): number {
  return most > 0 ? 0.06 + 0.94 * Math.min(1, value / most) : 0.06;
}

/** Half-way to the neighbours. */
export function cellOf(x: readonly number[], at: number, left: number, right: number): readonly [number, number] {
  const from = at === 0 ? left : (x[at - 1]! + x[at]!) / 2;
  const to = at === x.length - 1 ? right : (x[at]! + x[at + 1]!) / 2;
  return [from, to];
}
