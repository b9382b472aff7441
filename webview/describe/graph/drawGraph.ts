import { formatCount, formatShape } from '../../format/numbers';
import type { Camera, Size } from './camera';
import { FOLDED, FRAME, LAYER, type ShownGraph } from './shownGraph';

/** The editor's colours as of now: a canvas does not follow variables. */
export interface GraphInk {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly node: string;
  readonly border: string;
  readonly line: string;
  readonly accent: string;
  readonly trained: string;
  readonly frame: string;
  readonly hit: string;
  readonly currentHit: string;
  readonly font: string;
}

export function graphInk(element: Element): GraphInk {
  const style = getComputedStyle(element);
  const value = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  const foreground = value('--vscode-foreground', '#3b3b3b');
  return {
    foreground,
    muted: value('--vscode-descriptionForeground', foreground),
    background: value('--vscode-editor-background', '#ffffff'),
    node: value('--graph-node', '#f8f8f8'),
    border: value('--graph-border', '#c8c8c8'),
    line: value('--graph-line', '#9a9a9a'),
    accent: value('--vscode-focusBorder', '#005fb8'),
    trained: value('--graph-trained', '#1a85ff'),
    frame: value('--graph-frame', 'transparent'),
    hit: value('--graph-hit', '#ea5c0055'),
    currentHit: value('--graph-current-hit', '#a8ac94'),
    font: style.fontFamily || 'system-ui, sans-serif',
  };
}

export interface Highlights {
  readonly selected: number | undefined;
  readonly hovered: number | undefined;
  /** Lines from and to what is selected. */
  readonly routes: ReadonlySet<number>;
  readonly hits: ReadonlySet<number>;
  readonly currentHit: number | undefined;
}

/** The height of a frame's head, where its name stands and a click folds it. */
export const FRAME_HEAD = 26;
const RADIUS = 4;

/** The words on a node. */
export interface NodeText {
  readonly title: string;
  readonly detail: string;
}

/** What of a graph is in the window, as marks on a canvas. Costs what is in sight, and text only where it can be read. */
export class GraphDrawing {
  private readonly texts: readonly NodeText[];
  private readonly fitted = new Map<string, string>();

  constructor(
    readonly graph: ShownGraph,
    layersOf: (count: string) => string,
  ) {
    const { nodes, blocks } = graph.placed;
    this.texts = Array.from(nodes.kind, (kind, node) => {
      const index = nodes.index[node]!;
      if (kind === LAYER) return textOfLayer(graph.layers[index]!);
      const { label, layers, parameters } = blocks[index]!;
      const detail = [layersOf(formatCount(layers)), ...(parameters > 0 ? [formatCount(parameters)] : [])].join(' · ');
      return { title: label, detail };
    });
  }

  draw(context: CanvasRenderingContext2D, camera: Camera, window: Size, ink: GraphInk, lights: Highlights): void {
    const { scale } = camera;
    const sight = {
      left: camera.x,
      top: camera.y,
      right: camera.x + window.width / scale,
      bottom: camera.y + window.height / scale,
    };
    const { nodes } = this.graph.placed;
    const isSeen = (node: number): boolean =>
      nodes.x[node]! <= sight.right &&
      nodes.x[node]! + nodes.width[node]! >= sight.left &&
      nodes.y[node]! <= sight.bottom &&
      nodes.y[node]! + nodes.height[node]! >= sight.top;
    const seen = Array.from({ length: this.graph.count }, (_, node) => node).filter(isSeen);
    context.save();
    context.scale(scale, scale);
    context.translate(-camera.x, -camera.y);
    context.lineJoin = 'round';
    for (const node of seen) if (nodes.kind[node] === FRAME) this.drawFrame(context, node, scale, ink, lights);
    this.drawRoutes(context, sight, scale, ink, lights.routes);
    for (const node of seen) if (nodes.kind[node] !== FRAME) this.drawNode(context, node, scale, ink, lights);
    context.restore();
  }

  private drawFrame(
    context: CanvasRenderingContext2D,
    node: number,
    scale: number,
    ink: GraphInk,
    lights: Highlights,
  ): void {
    const { x, y, width, height } = this.graph.box(node);
    context.fillStyle = ink.frame;
    context.strokeStyle = node === lights.selected ? ink.accent : ink.border;
    context.lineWidth = (node === lights.selected ? 2 : 1) / Math.min(1, scale);
    context.beginPath();
    context.roundRect(x, y, width, height, RADIUS + 2);
    context.fill();
    context.stroke();
    if (scale < 0.3) return;
    this.chevron(context, x + 15, y + FRAME_HEAD / 2 + 2, 'down', node === lights.hovered ? ink.foreground : ink.muted);
    const title = this.fit(context, this.texts[node]!.title, width - 40, `600 12px ${ink.font}`);
    context.fillStyle = ink.foreground;
    context.textBaseline = 'middle';
    context.fillText(title, x + 26, y + FRAME_HEAD / 2 + 2.5);
  }

  private drawRoutes(
    context: CanvasRenderingContext2D,
    sight: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number },
    scale: number,
    ink: GraphInk,
    lit: ReadonlySet<number>,
  ): void {
    const { routeBoxes } = this.graph;
    const { routes } = this.graph.placed;
    const heads: number[] = [];
    const trace = (route: number): void => {
      if (
        routeBoxes[4 * route]! > sight.right ||
        routeBoxes[4 * route + 1]! > sight.bottom ||
        routeBoxes[4 * route + 2]! < sight.left ||
        routeBoxes[4 * route + 3]! < sight.top
      )
        return;
      const start = routes.starts[route]!;
      const end = routes.starts[route + 1]!;
      const { points } = routes;
      context.moveTo(points[start]!, points[start + 1]!);
      for (let i = start + 2; i < end; i += 2) {
        const [fromX, fromY, toX, toY] = [points[i - 2]!, points[i - 1]!, points[i]!, points[i + 1]!];
        // Straight down at both ends, so that lines join where they meet.
        if (fromX === toX) context.lineTo(toX, toY);
        else context.bezierCurveTo(fromX, (fromY + toY) / 2, toX, (fromY + toY) / 2, toX, toY);
      }
      if (routes.to[route]! < this.graph.count) heads.push(points[end - 2]!, points[end - 1]!);
    };
    const stroke = (color: string, width: number, wanted: (route: number) => boolean): void => {
      heads.length = 0;
      context.strokeStyle = context.fillStyle = color;
      context.lineWidth = Math.max(width, (0.6 * width) / scale);
      context.beginPath();
      for (let route = 0; route < routes.from.length; route++) if (wanted(route)) trace(route);
      context.stroke();
      if (scale < 0.35) return;
      context.beginPath();
      for (let i = 0; i < heads.length; i += 2) {
        const [x, y] = [heads[i]!, heads[i + 1]!];
        context.moveTo(x, y);
        context.lineTo(x - 3.5, y - 6);
        context.lineTo(x + 3.5, y - 6);
        context.closePath();
      }
      context.fill();
    };
    stroke(ink.line, 1.2, route => !lit.has(route));
    if (lit.size > 0) stroke(ink.accent, 2, route => lit.has(route));
  }

  private drawNode(
    context: CanvasRenderingContext2D,
    node: number,
    scale: number,
    ink: GraphInk,
    lights: Highlights,
  ): void {
    const { x, y, width, height } = this.graph.box(node);
    const isFolded = this.graph.kindOf(node) === FOLDED;
    const isSelected = node === lights.selected;
    const isLit = isSelected || node === lights.hovered;
    context.lineWidth = (isSelected ? 2 : 1) / Math.min(1, scale);
    context.strokeStyle = isLit ? ink.accent : ink.border;
    if (isFolded) {
      // A second sheet behind it: there is more in it.
      context.fillStyle = ink.node;
      context.beginPath();
      context.roundRect(x + 4, y + 4, width, height, RADIUS);
      context.fill();
      context.stroke();
    }
    context.fillStyle = ink.background;
    context.beginPath();
    context.roundRect(x, y, width, height, RADIUS);
    context.fill();
    context.fillStyle = node === lights.currentHit ? ink.currentHit : lights.hits.has(node) ? ink.hit : ink.node;
    context.fill();
    context.stroke();
    const index = this.graph.placed.nodes.index[node]!;
    const isTrained = !isFolded && this.graph.layers[index]!.parameters > 0;
    if (isTrained) {
      context.fillStyle = ink.trained;
      context.beginPath();
      context.roundRect(x, y, 4, height, [RADIUS, 0, 0, RADIUS]);
      context.fill();
    }
    if (scale < 0.3) return;
    const { title, detail } = this.texts[node]!;
    const left = x + (isFolded ? 26 : 12);
    const room = x + width - 8 - left;
    if (isFolded) this.chevron(context, x + 14, y + height / 2, 'right', isLit ? ink.accent : ink.muted);
    context.textBaseline = 'middle';
    context.fillStyle = ink.foreground;
    const isSmall = scale < 0.5;
    context.fillText(
      this.fit(context, title, room, `600 12px ${ink.font}`),
      left,
      y + (isSmall || detail === '' ? height / 2 : height / 2 - 7.5),
    );
    if (isSmall || detail === '') return;
    context.fillStyle = node === lights.currentHit || lights.hits.has(node) ? ink.foreground : ink.muted;
    context.fillText(this.fit(context, detail, room, `11px ${ink.font}`), left, y + height / 2 + 8.5);
  }

  private chevron(context: CanvasRenderingContext2D, x: number, y: number, way: 'right' | 'down', color: string): void {
    context.save();
    context.strokeStyle = color;
    context.lineWidth = 1.4;
    context.lineCap = 'round';
    context.beginPath();
    if (way === 'right') {
      context.moveTo(x - 2, y - 4);
      context.lineTo(x + 2, y);
      context.lineTo(x - 2, y + 4);
    } else {
      context.moveTo(x - 4, y - 2);
      context.lineTo(x, y + 2);
      context.lineTo(x + 4, y - 2);
    }
    context.stroke();
    context.restore();
  }

  /** The text, or as much of both its ends as there is room for: names differ at their ends. Sets the font. */
  private fit(context: CanvasRenderingContext2D, text: string, room: number, font: string): string {
    context.font = font;
    const key = `${font}\0${Math.round(room)}\0${text}`;
    let fitted = this.fitted.get(key);
    if (fitted !== undefined) return fitted;
    fitted = text;
    if (context.measureText(text).width > room) {
      let [low, high] = [1, text.length];
      const cut = (kept: number): string => {
        const tail = Math.floor(kept / 2);
        return `${text.slice(0, kept - tail)}…${tail === 0 ? '' : text.slice(-tail)}`;
      };
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(cut(middle)).width <= room) low = middle;
        else high = middle - 1;
      }
      fitted = cut(low);
    }
    this.fitted.set(key, fitted);
    return fitted;
  }
}

function textOfLayer({ name, op, outputShape, parameters }: ShownGraph['layers'][number]): NodeText {
  // The batch is every layer's, and says nothing of one.
  const shape = outputShape?.[0] === null && outputShape.length > 1 ? outputShape.slice(1) : outputShape;
  const parts = [
    op,
    ...(shape === undefined ? [] : [formatShape(shape)]),
    ...(parameters > 0 ? [formatCount(parameters)] : []),
  ];
  return { title: lastPart(name), detail: parts.join(' · ') };
}

export function lastPart(name: string): string {
  return name.split(/[./]/).findLast(part => part !== '') ?? name;
}
