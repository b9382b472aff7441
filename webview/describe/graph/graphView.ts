import type { DescribeWords } from '../../../src/protocol/describe';
import { formatCount } from '../../format/numbers';
import { element, iconButton, uniqueId } from '../../inspect/dom';
import { fill, tensorShape } from '../shapes';
import { atFirst, fitted, kept, moved, showing, zoomed, type Camera, type Size } from './camera';
import { FRAME_HEAD, GraphDrawing, graphInk, type GraphInk } from './drawGraph';
import { FOLDED, FRAME, LAYER, type Choice, type ShownGraph } from './shownGraph';

export interface GraphEvents {
  choose(choice: Choice | undefined): void;
  /** Unfolds a block, or folds it. */
  toggle(block: string): void;
  openAll(): void;
  foldAll(): void;
  /** Where the window looks has changed. */
  looked(camera: Camera): void;
  /** Enter on a layer. */
  enter(): void;
}

const STEP = 1.25;
const NO_NODES: ReadonlySet<number> = new Set();
/** Pixels that a pointer may move while it clicks. */
const STILL = 4;

/**
 * The layer graph on a canvas: it is dragged, wheeled and zoomed, and walked through by arrow keys. The node that the keyboard is at is a button over the canvas, made anew for each, so that
 * screen readers hear which it is.
 */
export class GraphView {
  readonly root: HTMLElement;
  private readonly canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  private readonly stage: HTMLElement;
  private readonly note = element('p', { class: 'graph-note', attributes: { role: 'status' } });
  private focusButton: HTMLButtonElement | undefined;
  private drawing: GraphDrawing | undefined;
  private camera: Camera | undefined;
  private window: Size = { width: 0, height: 0 };
  private ink: GraphInk | undefined;
  private selected: number | undefined;
  private hovered: number | undefined;
  private lit: ReadonlySet<number> = NO_NODES;
  private hits: ReadonlySet<number> = NO_NODES;
  private currentHit: number | undefined;
  private frame = 0;

  constructor(
    private readonly words: DescribeWords,
    name: string,
    private readonly events: GraphEvents,
    camera: Camera | undefined,
  ) {
    this.camera = camera;
    const help = uniqueId('graph-help');
    this.stage = element(
      'div',
      {
        class: 'stage',
        attributes: { role: 'group', 'aria-label': fill(words.graphLabel, name), 'aria-describedby': help },
      },
      [this.canvas],
    );
    const tools = element('div', { class: 'graph-tools' }, [
      iconButton('fold', words.foldAll, () => events.foldAll()),
      iconButton('unfold', words.openAll, () => events.openAll()),
      element('span', { class: 'gap' }),
      iconButton('minus', words.zoomOut, () => this.zoom(1 / STEP)),
      iconButton('plus', words.zoomIn, () => this.zoom(STEP)),
      iconButton('fit', words.fit, () => this.fit()),
    ]);
    this.root = element('div', { class: 'graph' }, [
      this.stage,
      tools,
      this.note,
      element('p', { class: 'visually-hidden', id: help, text: words.graphHelp }),
    ]);
    this.listen();
  }

  get graph(): ShownGraph | undefined {
    return this.drawing?.graph;
  }

  say(text: string): void {
    this.note.textContent = text;
    this.note.hidden = text === '';
  }

  /** Another layout of the same layers; `anchor` is what stays where it is on the screen. */
  show(graph: ShownGraph, anchor: Choice | undefined): void {
    const before = this.drawing?.graph;
    const from = anchor === undefined ? undefined : before?.nodeOf(anchor);
    const was = from === undefined ? undefined : before?.box(from);
    const to = anchor === undefined ? undefined : graph.nodeOf(anchor);
    this.drawing = new GraphDrawing(graph, count => fill(this.words.layersOf, count));
    if (this.camera !== undefined && was !== undefined && to !== undefined) {
      const is = graph.box(to);
      const { x, y, scale } = this.camera;
      this.camera = { scale, x: x + is.x + is.width / 2 - was.x - was.width / 2, y: y + is.y - was.y };
    } else if (before !== undefined) this.camera = undefined;
    this.say('');
    this.hits = NO_NODES;
    this.currentHit = this.hovered = undefined;
    this.measure();
  }

  select(choice: Choice | undefined, sight: 'bring' | 'leave'): void {
    const { graph } = this;
    const node = choice === undefined ? undefined : graph?.nodeOf(choice);
    const isFocused = this.focusButton !== undefined && document.activeElement === this.focusButton;
    this.selected = node;
    this.lit =
      graph === undefined || node === undefined
        ? NO_NODES
        : new Set([...graph.joined(node, 'down').routes, ...graph.joined(node, 'up').routes]);
    if (sight === 'bring') this.bring(node);
    this.placeFocus(isFocused);
    this.redraw();
  }

  mark(hits: readonly string[], current: string | undefined): void {
    const nodeOf = (name: string) => this.graph?.nodeOf({ kind: 'layer', name });
    this.hits = new Set(hits.map(nodeOf).filter(node => node !== undefined));
    this.currentHit = current === undefined ? undefined : nodeOf(current);
    this.redraw();
  }

  /** Takes what the keyboard is at into sight, and the keyboard there. */
  focus(): void {
    this.focusButton?.focus();
  }

  /** Colours may have changed. */
  repaint(): void {
    this.ink = undefined;
    this.redraw();
  }

  fit(): void {
    if (this.graph !== undefined) this.look(fitted(this.graph.placed, this.window));
  }

  private zoom(factor: number): void {
    const { camera } = this;
    if (camera !== undefined) this.look(zoomed(camera, factor, this.window.width / 2, this.window.height / 2));
  }

  private look(camera: Camera): boolean {
    const before = this.camera;
    const drawing = this.graph?.placed;
    if (drawing === undefined) return false;
    this.camera = kept(camera, drawing, this.window);
    this.redraw();
    this.events.looked(this.camera);
    return (
      before === undefined ||
      before.x !== this.camera.x ||
      before.y !== this.camera.y ||
      before.scale !== this.camera.scale
    );
  }

  private bring(node: number | undefined): void {
    const { graph, camera } = this;
    if (node === undefined || graph === undefined || camera === undefined || this.window.width === 0) return;
    const box = graph.box(node);
    const next = showing(camera, graph.kindOf(node) === FRAME ? { ...box, height: FRAME_HEAD } : box, this.window);
    if (next.x !== camera.x || next.y !== camera.y) this.look(next);
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const before = this.window;
    this.window = { width, height };
    if (width === 0 || height === 0) return;
    const density = globalThis.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    if (this.graph !== undefined) {
      if (this.camera === undefined) this.camera = atFirst(this.graph.placed, this.window);
      else if (before.width > 0 && before.width !== width) {
        // What was in the middle stays there.
        this.camera = moved(this.camera, (before.width - width) / 2, 0);
      }
    }
    this.paint();
  }

  private redraw(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private paint(): void {
    const { camera, drawing } = this;
    const context = this.canvas.getContext('2d');
    if (context === null || this.window.width === 0) return;
    const density = this.canvas.width / this.window.width;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, this.window.width, this.window.height);
    if (drawing === undefined || camera === undefined) return;
    this.ink ??= graphInk(this.root);
    drawing.draw(context, camera, this.window, this.ink, {
      selected: this.selected,
      hovered: this.hovered,
      routes: this.lit,
      hits: this.hits,
      currentHit: this.currentHit,
    });
    this.moveFocus();
  }

  /** The one node in the order of tabs: what is selected, or the first. */
  private placeFocus(takesFocus: boolean): void {
    const { graph } = this;
    const node = this.focusNode();
    if (graph === undefined || node === undefined) return;
    const made = element('button', {
      class: 'node-focus',
      attributes: {
        type: 'button',
        'aria-label': this.label(graph, node),
        ...(graph.kindOf(node) === LAYER ? {} : { 'aria-expanded': String(graph.kindOf(node) === FRAME) }),
      },
    });
    made.addEventListener('keydown', event => this.onKey(event));
    made.addEventListener('focus', () => {
      if (made.matches(':focus-visible')) this.bring(node);
    });
    this.focusButton?.remove();
    this.focusButton = made;
    this.stage.append(made);
    this.moveFocus();
    if (takesFocus) made.focus({ preventScroll: true });
  }

  private focusNode(): number | undefined {
    return this.selected ?? this.graph?.end('first');
  }

  private moveFocus(): void {
    const node = this.focusNode();
    const { camera, graph, focusButton } = this;
    if (node === undefined || camera === undefined || graph === undefined) return;
    if (focusButton === undefined) return this.placeFocus(false);
    const { x, y, width, height } = graph.box(node);
    const { style } = focusButton;
    style.transform = `translate(${(x - camera.x) * camera.scale}px, ${(y - camera.y) * camera.scale}px)`;
    style.width = `${width * camera.scale}px`;
    style.height = `${(graph.kindOf(node) === FRAME ? FRAME_HEAD : height) * camera.scale}px`;
  }

  private label(graph: ShownGraph, node: number): string {
    const { words } = this;
    const { nodes, blocks } = graph.placed;
    const names = (way: 'up' | 'down'): string => {
      const joined = graph.joined(node, way).nodes.map(other => graph.choiceOf(other).name);
      return joined.length > 6 ? `${joined.slice(0, 6).join(', ')}, …` : joined.join(', ');
    };
    const index = nodes.index[node]!;
    const own = ((): string => {
      if (graph.kindOf(node) !== LAYER) {
        const { name, layers, parameters } = blocks[index]!;
        return fill(words.nodeBlock, name, formatCount(layers), formatCount(parameters));
      }
      const { name, op, outputShape, parameters } = graph.layers[index]!;
      return fill(words.nodeLayer, name, op, tensorShape(outputShape, words.unknown), formatCount(parameters));
    })();
    const [up, down] = [names('up'), names('down')];
    return [
      own,
      ...(up === '' ? [] : [fill(words.nodeReads, up)]),
      ...(down === '' ? [] : [fill(words.nodeReadBy, down)]),
    ].join('; ');
  }

  private onKey(event: KeyboardEvent): void {
    const { graph } = this;
    const node = this.focusNode();
    if (graph === undefined || node === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const nearest = (way: 'up' | 'down'): number | undefined => {
      const own = graph.box(node);
      const middle = own.x + own.width / 2;
      const away = (other: number): number => {
        const box = graph.box(other);
        return Math.abs(box.x + box.width / 2 - middle) + Math.abs(box.y - own.y) / 4;
      };
      return graph.joined(node, way).nodes.toSorted((a, b) => away(a) - away(b))[0];
    };
    const go = (to: number | undefined): void => {
      if (to !== undefined) this.events.choose(graph.choiceOf(to));
    };
    const around = graph.blocksAround(graph.choiceOf(node)).at(-1);
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(nearest('down')),
      ArrowUp: () => go(nearest('up')),
      ArrowLeft: () => go(graph.beside(node, 'left')),
      ArrowRight: () => go(graph.beside(node, 'right')),
      Home: () => go(graph.end('first')),
      End: () => go(graph.end('last')),
      Enter: () => (graph.kindOf(node) === LAYER ? this.events.enter() : this.events.toggle(graph.choiceOf(node).name)),
      ' ': () => {
        if (graph.kindOf(node) !== LAYER) this.events.toggle(graph.choiceOf(node).name);
      },
      Backspace: () => {
        if (around !== undefined) this.events.toggle(around);
      },
      Escape: () => this.events.choose(undefined),
      '+': () => this.zoom(STEP),
      '=': () => this.zoom(STEP),
      '-': () => this.zoom(1 / STEP),
      '0': () => this.fit(),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }

  private nodeAt(event: PointerEvent | MouseEvent): number | undefined {
    const { camera } = this;
    if (camera === undefined) return undefined;
    const box = this.stage.getBoundingClientRect();
    const x = camera.x + (event.clientX - box.left) / camera.scale;
    const y = camera.y + (event.clientY - box.top) / camera.scale;
    return this.graph?.at(x, y, FRAME_HEAD);
  }

  private listen(): void {
    const { stage } = this;
    let grabbed: { readonly x: number; readonly y: number; readonly camera: Camera; hasMoved: boolean } | undefined;
    stage.addEventListener('pointerdown', event => {
      if (event.button !== 0 || this.camera === undefined) return;
      grabbed = { x: event.clientX, y: event.clientY, camera: this.camera, hasMoved: false };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener('pointermove', event => {
      if (grabbed !== undefined) {
        const [dx, dy] = [grabbed.x - event.clientX, grabbed.y - event.clientY];
        grabbed.hasMoved ||= Math.hypot(dx, dy) > STILL;
        if (grabbed.hasMoved) {
          stage.classList.add('dragging');
          this.look(moved(grabbed.camera, dx, dy));
        }
        return;
      }
      const hovered = this.nodeAt(event);
      if (hovered === this.hovered) return;
      this.hovered = hovered;
      stage.classList.toggle('over-node', hovered !== undefined);
      stage.title = hovered === undefined ? '' : (this.graph?.choiceOf(hovered).name ?? '');
      this.redraw();
    });
    const release = (event: PointerEvent): void => {
      const wasClick = grabbed !== undefined && !grabbed.hasMoved;
      grabbed = undefined;
      stage.classList.remove('dragging');
      if (wasClick && event.type === 'pointerup') this.click(event);
    };
    stage.addEventListener('pointerup', release);
    stage.addEventListener('pointercancel', release);
    stage.addEventListener('pointerleave', () => {
      this.hovered = undefined;
      this.redraw();
    });
    stage.addEventListener('dblclick', event => {
      const node = this.nodeAt(event);
      if (node !== undefined && this.graph?.kindOf(node) === FOLDED) this.events.toggle(this.graph.choiceOf(node).name);
    });
    stage.addEventListener(
      'wheel',
      event => {
        const { camera } = this;
        if (camera === undefined) return;
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
        const box = stage.getBoundingClientRect();
        const next =
          event.ctrlKey || event.metaKey
            ? zoomed(camera, Math.exp(-event.deltaY * unit * 0.004), event.clientX - box.left, event.clientY - box.top)
            : event.shiftKey && event.deltaX === 0
              ? moved(camera, event.deltaY * unit, 0)
              : moved(camera, event.deltaX * unit, event.deltaY * unit);
        // At the end of the graph the page goes on, where it is longer than the window.
        if (this.look(next) || event.ctrlKey) event.preventDefault();
      },
      { passive: false },
    );
    new ResizeObserver(() => this.measure()).observe(stage);
  }

  private click(event: PointerEvent): void {
    const node = this.nodeAt(event);
    const { graph } = this;
    if (graph === undefined || node === undefined) return this.events.choose(undefined);
    const choice = graph.choiceOf(node);
    const box = this.stage.getBoundingClientRect();
    const inside =
      this.camera === undefined
        ? 0
        : this.camera.x + (event.clientX - box.left) / this.camera.scale - graph.box(node).x;
    // The chevron folds; the rest chooses.
    if (graph.kindOf(node) !== LAYER && inside < 26) this.events.toggle(choice.name);
    else this.events.choose(choice);
    this.focus();
  }
}
