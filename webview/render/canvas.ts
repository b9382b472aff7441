import { TEXT_SIZE, type Mark, type Scene } from '../plots/scene';
import { symbolPath } from '../plots/symbol';
import type { Ink } from './ink';

/** Scenes on a canvas: for more marks than elements can carry, and for pictures as pixels. */

const TURN = 2 * Math.PI;

export function drawCanvas(context: CanvasRenderingContext2D, marks: readonly Mark[], ink: Ink): void {
  for (const mark of marks) drawMark(context, mark, ink);
  context.globalAlpha = 1;
}

function drawMark(context: CanvasRenderingContext2D, mark: Mark, ink: Ink): void {
  if (mark.kind === 'text') {
    context.save();
    context.globalAlpha = 1;
    context.font = `${mark.bold === true ? '600 ' : ''}${mark.size ?? TEXT_SIZE}px ${ink.font}`;
    context.textAlign = mark.anchor === 'middle' ? 'center' : (mark.anchor ?? 'start');
    context.translate(mark.x, mark.y);
    if (mark.rotate !== undefined) context.rotate((mark.rotate / 360) * TURN);
    if (mark.halo === true) {
      context.strokeStyle = ink.color('background');
      context.lineWidth = 3;
      context.lineJoin = 'round';
      context.strokeText(mark.text, 0, 0);
    }
    context.fillStyle = ink.color(mark.fill);
    context.fillText(mark.text, 0, 0);
    context.restore();
    return;
  }
  const alpha = mark.tone === undefined ? 1 : Number(ink.alpha(mark.tone));
  if (mark.kind === 'rect' && mark.stroke === undefined && mark.fill !== undefined) {
    context.globalAlpha = alpha;
    context.fillStyle = ink.color(mark.fill);
    context.fillRect(mark.x, mark.y, mark.width, mark.height);
    return;
  }
  const path = pathOf(mark);
  if (mark.fill !== undefined) {
    context.globalAlpha = alpha;
    context.fillStyle = ink.color(mark.fill);
    context.fill(path);
  }
  if (mark.stroke !== undefined) {
    context.globalAlpha = 1;
    context.strokeStyle = ink.color(mark.stroke);
    context.lineWidth = mark.strokeWidth ?? 1;
    context.setLineDash([...(mark.dash ?? [])]);
    context.stroke(path);
    context.setLineDash([]);
  }
}

function pathOf(mark: Exclude<Mark, { kind: 'text' }>): Path2D {
  if (mark.kind === 'path') return new Path2D(mark.data);
  const path = new Path2D();
  if (mark.kind === 'rect') path.rect(mark.x, mark.y, mark.width, mark.height);
  else if (mark.kind === 'symbol') {
    if (mark.shape !== 'circle') return new Path2D(symbolPath(mark.shape, mark.x, mark.y, mark.radius));
    path.arc(mark.x, mark.y, mark.radius, 0, TURN);
  } else {
    path.moveTo(mark.x1, mark.y1);
    path.lineTo(mark.x2, mark.y2);
  }
  return path;
}

/** Fits the canvas to the scene at the screen's density, clears it and draws. */
export function renderCanvas(canvas: HTMLCanvasElement, scene: Scene, ink: Ink, density: number): void {
  canvas.width = Math.round(scene.width * density);
  canvas.height = Math.round(scene.height * density);
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.setTransform(density, 0, 0, density, 0, 0);
  drawCanvas(context, scene.marks, ink);
}

/** A scene as a PNG file, on the background of the theme, twice as fine as the screen needs. */
export async function sceneToPng(scene: Scene, ink: Ink): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = document.createElement('canvas');
  const background: Mark = {
    kind: 'rect',
    x: 0,
    y: 0,
    width: scene.width,
    height: scene.height,
    fill: 'background',
  };
  renderCanvas(canvas, { ...scene, marks: [background, ...scene.marks] }, ink, 2);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the picture is too large to be drawn');
  return new Uint8Array(await blob.arrayBuffer());
}
