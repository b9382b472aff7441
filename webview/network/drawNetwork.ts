import type { Camera, Size } from '../describe/graph/camera';
import type { NetworkGraph, NodeFill, Positions } from './networkGraph';

/** Colours as of now: a canvas does not follow variables. */
export interface NetworkInk {
  readonly foreground: string;
  readonly background: string;
  readonly edge: string;
  readonly accent: string;
}

export interface NetworkLights {
  readonly selected: ReadonlySet<number>;
  readonly hovered: number | undefined;
}

const TURN = 2 * Math.PI;
/** Smaller nodes are squares: nobody sees the difference, and they take a fraction of the time. */
const ROUND_PIXELS = 2.2;
/** Smaller pies are in the colour of their largest share. */
const PIE_PIXELS = 3.5;
/** Of what is not selected while something is. */
const FAINT = 0.28;
/** Marks are drawn together, but no more than this: a rasteriser's time grows faster than its path. */
const MARKS_A_PATH = 256;
/** Edges are drawn together by so many thicknesses. */
const THICKNESSES = 4;

/** What of a graph is in the window, on a canvas: marks of one colour share paths, so that ten thousand nodes are drawn in fractions of a second. */
export function drawNetwork(
  context: CanvasRenderingContext2D,
  graph: NetworkGraph,
  positions: Positions,
  fills: readonly NodeFill[],
  view: { readonly camera: Camera; readonly window: Size; readonly ink: NetworkInk },
  lights: NetworkLights,
): void {
  const { camera, window, ink } = view;
  const { scale } = camera;
  const x = (node: number): number => (positions[2 * node]! - camera.x) * scale;
  const y = (node: number): number => (positions[2 * node + 1]! - camera.y) * scale;
  const radius = (node: number): number => Math.max(1, graph.radius[node]! * Math.min(scale, 1.6));
  const isSeen = (node: number): boolean => {
    const [px, py, r] = [x(node), y(node), radius(node) + 3];
    return px > -r && py > -r && px < window.width + r && py < window.height + r;
  };
  const isFaint = (node: number): boolean => lights.selected.size > 0 && !lights.selected.has(node);
  drawEdges(context, graph, { x, y, window, scale, ink, lights });
  const faint: number[] = [];
  const full: number[] = [];
  for (let node = 0; node < graph.count; node++) if (isSeen(node)) (isFaint(node) ? faint : full).push(node);
  context.globalAlpha = FAINT;
  drawNodes(context, faint, fills, { x, y, radius, ink });
  context.globalAlpha = 1;
  drawNodes(context, full, fills, { x, y, radius, ink });
  drawRings(context, full, { x, y, radius, ink }, lights);
}

interface Place {
  readonly x: (node: number) => number;
  readonly y: (node: number) => number;
}

function drawEdges(
  context: CanvasRenderingContext2D,
  { source, target, strength }: NetworkGraph,
  { x, y, window, scale, ink, lights }: Place & { window: Size; scale: number; ink: NetworkInk; lights: NetworkLights },
): void {
  const thicknesses = source.length > 20_000 ? 1 : THICKNESSES;
  const { selected } = lights;
  const trace = (wanted: (edge: number) => boolean): void => {
    let traced = 0;
    context.beginPath();
    for (let e = 0; e < source.length; e++) {
      if (!wanted(e)) continue;
      const [ax, ay, bx, by] = [x(source[e]!), y(source[e]!), x(target[e]!), y(target[e]!)];
      if (Math.max(ax, bx) < 0 || Math.max(ay, by) < 0 || Math.min(ax, bx) > window.width || Math.min(ay, by) > window.height) continue; // prettier-ignore
      context.moveTo(ax, ay);
      context.lineTo(bx, by);
      if (++traced % MARKS_A_PATH !== 0) continue;
      context.stroke();
      context.beginPath();
    }
    context.stroke();
  };
  context.lineCap = 'butt';
  context.strokeStyle = ink.edge;
  context.globalAlpha = selected.size > 0 ? FAINT : 0.75;
  const width = Math.min(1, Math.max(0.5, scale));
  for (let level = 0; level < thicknesses; level++) {
    context.lineWidth = width * (thicknesses === 1 ? 1 : 0.8 + level * 0.9);
    trace(e => Math.min(thicknesses - 1, Math.floor(strength[e]! * thicknesses)) === level);
  }
  context.globalAlpha = 1;
  if (selected.size < 2) return;
  context.strokeStyle = ink.accent;
  context.lineWidth = Math.max(1.2, 1.6 * width);
  trace(e => selected.has(source[e]!) && selected.has(target[e]!));
}

function drawNodes(
  context: CanvasRenderingContext2D,
  nodes: readonly number[],
  fills: readonly NodeFill[],
  { x, y, radius, ink }: Place & { radius: (node: number) => number; ink: NetworkInk },
): void {
  const byColor = new Map<string, number[]>();
  const pies: number[] = [];
  for (const node of nodes) {
    const fill = fills[node] ?? ink.edge;
    if (typeof fill !== 'string' && fill.length > 1 && radius(node) >= PIE_PIXELS) {
      pies.push(node);
      continue;
    }
    const color = typeof fill === 'string' ? fill : largestOf(fill, ink.edge);
    const list = byColor.get(color);
    if (list === undefined) byColor.set(color, [node]);
    else list.push(node);
  }
  for (const [color, list] of byColor) {
    context.fillStyle = color;
    context.beginPath();
    for (const [at, node] of list.entries()) {
      if (at % MARKS_A_PATH === MARKS_A_PATH - 1) {
        context.fill();
        context.beginPath();
      }
      const [px, py, r] = [x(node), y(node), radius(node)];
      if (r < ROUND_PIXELS) context.rect(px - r, py - r, 2 * r, 2 * r);
      else {
        context.moveTo(px + r, py);
        context.arc(px, py, r, 0, TURN);
      }
    }
    context.fill();
  }
  for (const node of pies) {
    const [px, py, r] = [x(node), y(node), radius(node)];
    let from = -TURN / 4;
    for (const { share, color } of fills[node] as Exclude<NodeFill, string>) {
      const to = from + share * TURN;
      context.fillStyle = color;
      context.beginPath();
      context.moveTo(px, py);
      context.arc(px, py, r, from, to);
      context.fill();
      from = to;
    }
  }
  // A rim in the colour of the background keeps nodes apart that lie on each other.
  context.strokeStyle = ink.background;
  context.lineWidth = 1;
  context.beginPath();
  for (const node of nodes) {
    const r = radius(node);
    if (r < PIE_PIXELS) continue;
    context.moveTo(x(node) + r, y(node));
    context.arc(x(node), y(node), r, 0, TURN);
  }
  context.stroke();
}

function largestOf(shares: Exclude<NodeFill, string>, otherwise: string): string {
  let best: { readonly share: number; readonly color: string } | undefined;
  for (const one of shares) if (best === undefined || one.share > best.share) best = one;
  return best?.color ?? otherwise;
}

function drawRings(
  context: CanvasRenderingContext2D,
  seen: readonly number[],
  { x, y, radius, ink }: Place & { radius: (node: number) => number; ink: NetworkInk },
  { selected, hovered }: NetworkLights,
): void {
  const ring = (nodes: readonly number[], color: string, width: number): void => {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    for (const node of nodes) {
      const r = radius(node) + 1.5;
      context.moveTo(x(node) + r, y(node));
      context.arc(x(node), y(node), r, 0, TURN);
    }
    context.stroke();
  };
  if (selected.size > 0) ring(seen.filter(node => selected.has(node)), ink.foreground, 1.5); // prettier-ignore
  if (hovered !== undefined) ring([hovered], ink.accent, 2.5);
}
