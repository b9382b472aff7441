import { moved, zoomed, type Camera, type Size } from '../describe/graph/camera';
import { element, iconButton, uniqueId } from '../inspect/dom';
import { Mirror } from '../inspect/mirror';
import { Tooltip } from '../inspect/tooltip';
import { resolvedInk } from '../render/ink';
import { drawNetwork, type NetworkInk } from './drawNetwork';
import { boundsOf, type NetworkGraph, type NodeFill, type Positions } from './networkGraph';
import { nodesInside } from './paths';

export interface NetworkWords {
  /** What the graph is, for those who do not see it. */
  readonly label: string;
  /** A node in one line. */
  node(node: number): string;
  /** The lines beside the pointer on a node. */
  lines(node: number): readonly string[];
}

export interface NetworkEvents {
  /** What is selected now, ascending; empty for nothing. */
  select(nodes: readonly number[]): void;
  /** The window looks elsewhere, by a person's hand. */
  looked?(camera: Camera): void;
}

const STEP = 1.3;
/** Pixels that a pointer may move while it clicks. */
const STILL = 4;
const MARGIN = 28;
/** A drawing that takes longer is moved as a picture while it is dragged, and drawn anew when it rests. */
const SLOW_MILLISECONDS = 14;
const REST_MILLISECONDS = 90;
/** The picture reaches beyond the window by this share of it on every side. */
const BEYOND = 0.35;
const NONE: ReadonlySet<number> = new Set();

/** A picture of the graph as it was seen through a camera. */
interface Snapshot {
  readonly canvas: HTMLCanvasElement;
  readonly camera: Camera;
}

/**
 * A graph of up to some ten thousand nodes on a canvas: dragged, wheeled, pointed at, and cut out with a lasso. The nodes are also a list out of sight, in the order of their sizes, that arrow keys move
 * through: the node that it comes to is selected, and Space adds to the selection instead.
 */
export class NetworkView {
  readonly root: HTMLElement;
  /** Buttons beside the graph; more may be put there. */
  readonly tools: HTMLElement;
  private readonly canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  private readonly stage: HTMLElement;
  private readonly mirror: Mirror;
  private readonly tooltip = new Tooltip();
  private readonly lassoButton: HTMLButtonElement;
  private graph: NetworkGraph | undefined;
  private positions: Positions = new Float32Array(0);
  private fills: readonly NodeFill[] = [];
  private order: readonly number[] = [];
  private chosen: ReadonlySet<number> = NONE;
  private hovered: number | undefined;
  private camera: Camera = { x: 0, y: 0, scale: 1 };
  /** Whether a person has said where to look; until then the whole graph is in sight. */
  private isLookedAt = false;
  private window: Size = { width: 0, height: 0 };
  private ink: NetworkInk | undefined;
  private lasso: number[] | undefined;
  private snapshot: Snapshot | undefined;
  private drawMilliseconds = 0;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private isMoving = false;
  private frame = 0;

  constructor(
    private readonly words: NetworkWords,
    private readonly events: NetworkEvents,
  ) {
    const help = uniqueId('network-help');
    this.mirror = new Mirror(words.label, index => this.select([this.order[index]!], 'bring'));
    this.mirror.list.setAttribute('aria-describedby', help);
    this.mirror.list.addEventListener('keydown', event => this.onKey(event));
    this.lassoButton = iconButton('lasso', 'Lasso: drag around nodes to select them (or drag with Shift)', () =>
      this.setLasso(this.lassoButton.getAttribute('aria-pressed') !== 'true'),
    );
    this.lassoButton.setAttribute('aria-pressed', 'false');
    this.tools = element('div', { class: 'network-tools' }, [
      this.lassoButton,
      iconButton('minus', 'Zoom out', () => this.zoom(1 / STEP)),
      iconButton('plus', 'Zoom in', () => this.zoom(STEP)),
      iconButton('fit', 'Show the whole graph', () => this.fit()),
    ]);
    this.stage = element('div', { class: 'network-stage' }, [this.canvas, this.mirror.list]);
    this.root = element('div', { class: 'network' }, [
      this.stage,
      this.tools,
      element('p', {
        class: 'visually-hidden',
        id: help,
        text: 'Arrow keys go through the nodes, the largest first. Space adds a node to the selection, Escape lets it go, plus, minus and 0 zoom.',
      }),
      this.tooltip.box,
    ]);
    this.listen();
  }

  get selected(): readonly number[] {
    return [...this.chosen].sort((a, b) => a - b);
  }

  /** Another graph; what was selected is let go without being told. */
  show(graph: NetworkGraph, positions: Positions, fills: readonly NodeFill[]): void {
    this.graph = graph;
    this.fills = fills;
    this.chosen = NONE;
    this.hovered = undefined;
    this.tooltip.hide();
    this.order = Array.from({ length: graph.count }, (_, node) => node).sort(
      (a, b) => graph.radius[b]! - graph.radius[a]! || a - b,
    );
    this.relabel();
    this.place(positions);
  }

  /** Nodes have moved. */
  place(positions: Positions): void {
    this.positions = positions;
    this.snapshot = undefined;
    if (!this.isLookedAt) this.camera = this.whole();
    this.redraw();
  }

  /** Other colours: nothing moves. */
  paint(fills: readonly NodeFill[]): void {
    this.fills = fills;
    this.snapshot = undefined;
    this.relabel();
    this.redraw();
  }

  /** Selects without telling; `bring` moves what is selected into sight. */
  highlight(nodes: readonly number[], sight: 'bring' | 'leave' = 'leave'): void {
    this.chosen = new Set(nodes);
    this.snapshot = undefined;
    if (sight === 'bring') this.bring(nodes);
    this.relabel();
    this.redraw();
  }

  /** The theme has changed. */
  repaint(): void {
    this.ink = undefined;
    this.snapshot = undefined;
    this.redraw();
  }

  look(camera: Camera | undefined): void {
    this.isLookedAt = camera !== undefined;
    this.camera = camera ?? this.whole();
    this.redraw();
  }

  fit(): void {
    this.look(undefined);
  }

  private select(nodes: readonly number[], sight: 'bring' | 'leave'): void {
    this.highlight(nodes, sight);
    this.events.select(this.selected);
  }

  private toggle(node: number): void {
    const next = new Set(this.chosen);
    if (!next.delete(node)) next.add(node);
    this.select([...next], 'leave');
  }

  private relabel(): void {
    const [first] = this.chosen;
    const active = first === undefined ? -1 : this.order.indexOf(first);
    const label = (index: number): string => {
      const node = this.order[index]!;
      return `${this.words.node(node)}${this.chosen.has(node) && this.chosen.size > 1 ? ', selected' : ''}`;
    };
    this.mirror.show(this.words.label, { count: this.order.length, label }, active);
  }

  private setLasso(isOn: boolean): void {
    this.lassoButton.setAttribute('aria-pressed', String(isOn));
    this.stage.classList.toggle('lassoing', isOn);
  }

  private whole(): Camera {
    const { graph, window } = this;
    if (graph === undefined || window.width === 0) return this.camera;
    const { left, top, right, bottom } = boundsOf(graph, this.positions);
    const across = (window.width - 2 * MARGIN) / Math.max(1, right - left);
    const down = (window.height - 2 * MARGIN) / Math.max(1, bottom - top);
    const scale = Math.max(0.02, Math.min(1.6, across, down));
    return {
      scale,
      x: (left + right) / 2 - window.width / 2 / scale,
      y: (top + bottom) / 2 - window.height / 2 / scale,
    };
  }

  private bring(nodes: readonly number[]): void {
    const { camera, window } = this;
    const isSeen = nodes.every(node => {
      const x = (this.positions[2 * node]! - camera.x) * camera.scale;
      const y = (this.positions[2 * node + 1]! - camera.y) * camera.scale;
      return x > MARGIN && y > MARGIN && x < window.width - MARGIN && y < window.height - MARGIN;
    });
    if (isSeen || nodes.length === 0) return;
    const middle = (axis: number): number =>
      nodes.reduce((sum, node) => sum + this.positions[2 * node + axis]!, 0) / nodes.length;
    this.turn({
      scale: camera.scale,
      x: middle(0) - window.width / 2 / camera.scale,
      y: middle(1) - window.height / 2 / camera.scale,
    });
  }

  /** A person looks elsewhere. */
  private turn(camera: Camera): void {
    this.camera = camera;
    this.isLookedAt = true;
    this.isMoving = true;
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.isMoving = false;
      this.redraw();
      this.events.looked?.(this.camera);
    }, REST_MILLISECONDS);
    this.redraw();
  }

  private zoom(factor: number): void {
    this.turn(zoomed(this.camera, factor, this.window.width / 2, this.window.height / 2));
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    this.window = { width, height };
    if (width === 0 || height === 0) return;
    const density = globalThis.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.snapshot = undefined;
    if (!this.isLookedAt) this.camera = this.whole();
    this.draw();
  }

  private redraw(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { graph, camera, window } = this;
    const context = this.canvas.getContext('2d');
    if (context === null || window.width === 0) return;
    const density = this.canvas.width / window.width;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, window.width, window.height);
    if (graph === undefined) return;
    this.ink ??= inkOf(this.root);
    if (this.isMoving && this.drawMilliseconds > SLOW_MILLISECONDS) this.drawSnapshot(context, graph, density);
    else {
      const started = performance.now();
      const view = { camera, window, ink: this.ink };
      drawNetwork(context, graph, this.positions, this.fills, view, { selected: this.chosen, hovered: this.hovered });
      this.drawMilliseconds = performance.now() - started;
      if (!this.isMoving) this.snapshot = undefined;
    }
    this.drawLasso(context);
  }

  /** The picture of when the movement began, where it is now. */
  private drawSnapshot(context: CanvasRenderingContext2D, graph: NetworkGraph, density: number): void {
    const { camera, window, ink } = this;
    if (this.snapshot === undefined) {
      const canvas = document.createElement('canvas');
      const size = { width: window.width * (1 + 2 * BEYOND), height: window.height * (1 + 2 * BEYOND) };
      canvas.width = Math.round(size.width * density);
      canvas.height = Math.round(size.height * density);
      const seen = moved(camera, -BEYOND * window.width, -BEYOND * window.height);
      const onto = canvas.getContext('2d');
      if (onto === null || ink === undefined) return;
      onto.setTransform(density, 0, 0, density, 0, 0);
      drawNetwork(
        onto,
        graph,
        this.positions,
        this.fills,
        { camera: seen, window: size, ink },
        { selected: this.chosen, hovered: undefined },
      );
      this.snapshot = { canvas, camera: seen };
    }
    const { canvas, camera: from } = this.snapshot;
    const factor = camera.scale / from.scale;
    context.drawImage(
      canvas,
      (from.x - camera.x) * camera.scale,
      (from.y - camera.y) * camera.scale,
      (canvas.width / density) * factor,
      (canvas.height / density) * factor,
    );
  }

  private drawLasso(context: CanvasRenderingContext2D): void {
    const { lasso, camera, ink } = this;
    if (lasso === undefined || lasso.length < 4) return;
    context.beginPath();
    for (let i = 0; i < lasso.length; i += 2)
      context.lineTo((lasso[i]! - camera.x) * camera.scale, (lasso[i + 1]! - camera.y) * camera.scale);
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = ink?.accent ?? '#808080';
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = ink?.accent ?? '#808080';
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.stroke();
    context.setLineDash([]);
  }

  private nodeAt(event: MouseEvent): number | undefined {
    const { graph, camera } = this;
    if (graph === undefined) return undefined;
    const [x, y] = this.pointOf(event);
    let best: number | undefined;
    let nearest = Infinity;
    for (let node = 0; node < graph.count; node++) {
      const distance = Math.hypot(this.positions[2 * node]! - x, this.positions[2 * node + 1]! - y) * camera.scale;
      const reach = Math.max(5, graph.radius[node]! * Math.min(camera.scale, 1.6) + 2);
      if (distance > reach || distance >= nearest) continue;
      nearest = distance;
      best = node;
    }
    return best;
  }

  /** Of the graph, under the pointer. */
  private pointOf(event: MouseEvent): readonly [number, number] {
    const box = this.stage.getBoundingClientRect();
    const { camera } = this;
    return [camera.x + (event.clientX - box.left) / camera.scale, camera.y + (event.clientY - box.top) / camera.scale];
  }

  private hover(node: number | undefined, event: MouseEvent): void {
    if (node === undefined) this.tooltip.hide();
    else this.tooltip.show(this.words.lines(node), event.clientX, event.clientY);
    if (node === this.hovered) return;
    this.hovered = node;
    this.stage.classList.toggle('over-node', node !== undefined);
    this.redraw();
  }

  private onKey(event: KeyboardEvent): void {
    const [first] = this.chosen;
    const keys: Readonly<Record<string, () => void>> = {
      Escape: () => this.select([], 'leave'),
      ' ': () => {
        const active = this.mirror.list.getAttribute('aria-activedescendant')?.split('-').at(-1);
        const node = active === undefined ? first : this.order[Number(active)];
        if (node !== undefined) this.extend(node);
      },
      '+': () => this.zoom(STEP),
      '=': () => this.zoom(STEP),
      '-': () => this.zoom(1 / STEP),
      '0': () => this.fit(),
    };
    const act = keys[event.key];
    if (act === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** What Space has gathered, which arrow keys alone would let go. */
  private gathered: ReadonlySet<number> = NONE;

  private extend(node: number): void {
    const next = new Set(this.gathered.size > 0 ? this.gathered : this.chosen);
    next.add(node);
    this.gathered = next;
    this.select([...next], 'leave');
  }

  private listen(): void {
    const { stage } = this;
    let grabbed: { readonly x: number; readonly y: number; readonly camera: Camera; hasMoved: boolean } | undefined;
    stage.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      this.gathered = NONE;
      stage.setPointerCapture(event.pointerId);
      const isLasso = this.lassoButton.getAttribute('aria-pressed') === 'true' || event.shiftKey;
      grabbed = { x: event.clientX, y: event.clientY, camera: this.camera, hasMoved: false };
      this.lasso = isLasso ? [...this.pointOf(event)] : undefined;
    });
    stage.addEventListener('pointermove', event => {
      if (grabbed === undefined) return this.hover(this.nodeAt(event), event);
      const [dx, dy] = [grabbed.x - event.clientX, grabbed.y - event.clientY];
      grabbed.hasMoved ||= Math.hypot(dx, dy) > STILL;
      if (!grabbed.hasMoved) return;
      this.tooltip.hide();
      if (this.lasso === undefined) {
        stage.classList.add('dragging');
        this.turn(moved(grabbed.camera, dx, dy));
      } else {
        this.lasso.push(...this.pointOf(event));
        this.redraw();
      }
    });
    const release = (event: PointerEvent): void => {
      const was = grabbed;
      const { lasso } = this;
      grabbed = undefined;
      this.lasso = undefined;
      stage.classList.remove('dragging');
      if (was === undefined || event.type !== 'pointerup') return this.redraw();
      if (!was.hasMoved) this.click(event);
      else if (lasso !== undefined) {
        const inside = nodesInside(this.graph?.count ?? 0, this.positions, lasso);
        this.select(event.ctrlKey || event.metaKey ? [...this.chosen, ...inside] : inside, 'leave');
        this.setLasso(false);
      }
    };
    stage.addEventListener('pointerup', release);
    stage.addEventListener('pointercancel', release);
    stage.addEventListener('pointerleave', event => this.hover(undefined, event));
    stage.addEventListener(
      'wheel',
      event => {
        event.preventDefault();
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
        const box = stage.getBoundingClientRect();
        this.turn(
          event.shiftKey
            ? moved(this.camera, event.deltaX * unit + event.deltaY * unit, 0)
            : zoomed(this.camera, Math.exp(-event.deltaY * unit * 0.0022), event.clientX - box.left, event.clientY - box.top), // prettier-ignore
        );
      },
      { passive: false },
    );
    new ResizeObserver(() => this.measure()).observe(stage);
  }

  private click(event: PointerEvent): void {
    const node = this.nodeAt(event);
    if (node === undefined) this.select([], 'leave');
    else if (event.shiftKey || event.ctrlKey || event.metaKey) this.toggle(node);
    else this.select([node], 'leave');
    this.mirror.list.focus({ preventScroll: true });
  }
}

function inkOf(root: Element): NetworkInk {
  const ink = resolvedInk(root);
  return {
    foreground: ink.color('foreground'),
    background: ink.color('background'),
    edge: ink.color('other'),
    accent: getComputedStyle(root).getPropertyValue('--nt-focus').trim() || ink.color('accent'),
  };
}
