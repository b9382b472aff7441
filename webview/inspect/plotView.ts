import type { Feature } from '../plots/feature';
import { MANY_MARKS, type Mark, type Scene, type Size } from '../plots/scene';
import { renderCanvas } from '../render/canvas';
import { HitIndex } from '../render/hit';
import { LIVE_INK, resolvedInk } from '../render/ink';
import { createSvg, drawSvg, sizeSvg } from '../render/svg';
import { element, iconButton, uniqueId } from './dom';
import type { Help } from './help';
import { attachMenu, type MenuItem } from './menu';
import { Mirror } from './mirror';

/**
 * The frame of a plot: title, controls, `?`, export; the picture in two layers, so that lighting something redraws
 * nothing of what lies under it; and the list that mirrors it.
 */

export interface PlotPicture {
  readonly scene: Scene;
  /** What the lit feature adds on top. */
  overlay(): readonly Mark[];
  /** The feature under a place, where the marks alone do not tell. */
  featureAt?(x: number, y: number): Feature | undefined;
}

export interface PlotEvents {
  hover(feature: Feature | undefined, event: PointerEvent | undefined): void;
  click(feature: Feature | undefined): void;
  move(index: number): void;
  openDocs(page: string): void;
  exports(): readonly (MenuItem | null)[];
}

export class PlotView {
  readonly root: HTMLElement;
  readonly mirror: Mirror;
  readonly controls = element('div', { class: 'plot-controls' });
  /** Holds the picture and, above it, a legend: as high as every other plot's. */
  readonly stage = element('div', { class: 'plot-stage' });
  private readonly body = element('div', { class: 'plot-body' });
  private readonly note = element('p', { class: 'plot-note' });
  /** In the order of drawing: what lies under the features, the features, what lies over them. */
  private readonly under = createSvg();
  private readonly features = createSvg();
  private readonly canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  private readonly over = createSvg();
  private readonly overlay = createSvg();
  private readonly message = element('p', { class: 'plot-message' });
  private picture: PlotPicture | undefined;
  private hits: HitIndex | undefined;
  private size: Size = { width: 0, height: 0 };
  private build: ((size: Size) => PlotPicture) | undefined;

  constructor(
    name: string,
    title: string,
    help: Help,
    private readonly events: PlotEvents,
  ) {
    const headingId = uniqueId('plot');
    this.mirror = new Mirror(title, index => events.move(index));
    this.root = element('section', { class: `plot plot-${name}`, attributes: { 'aria-labelledby': headingId } });
    const heading = element('h3', { text: title, id: headingId });
    const exportButton = iconButton('export', `Export ${title.toLowerCase()}`, () => undefined);
    const helpPanel = createHelp(help, events);
    const header = element('div', { class: 'plot-header' }, [
      heading,
      this.controls,
      helpToggle(title, helpPanel),
      attachMenu(exportButton, () => events.exports()),
    ]);
    this.canvas.hidden = true;
    this.message.hidden = true;
    this.stage.append(this.body);
    this.features.classList.add('features');
    this.overlay.classList.add('overlay');
    this.canvas.classList.add('features');
    this.body.append(this.under, this.features, this.canvas, this.over, this.overlay, this.message);
    this.root.append(header, helpPanel, this.stage, this.mirror.list, this.note);
    this.listen();
  }

  private listen(): void {
    const featureAt = (event: MouseEvent): Feature | undefined => {
      const box = this.body.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      return this.picture?.featureAt?.(x, y) ?? this.hits?.at(x, y);
    };
    this.body.addEventListener('pointermove', event => {
      const feature = featureAt(event);
      this.body.classList.toggle('over-feature', feature !== undefined);
      this.events.hover(feature, event);
    });
    this.body.addEventListener('pointerleave', () => this.events.hover(undefined, undefined));
    this.body.addEventListener('click', event => {
      this.events.click(featureAt(event));
      this.mirror.list.focus({ preventScroll: true });
    });
    const { list } = this.mirror;
    list.addEventListener('focus', () => this.root.classList.toggle('has-focus', list.matches(':focus-visible')));
    list.addEventListener('blur', () => this.root.classList.remove('has-focus'));
    list.addEventListener('keydown', () => this.root.classList.add('has-focus'));
    new ResizeObserver(() => this.fit()).observe(this.body);
  }

  private fit(): void {
    const { clientWidth: width, clientHeight: height } = this.body;
    if (width === this.size.width && height === this.size.height) return;
    this.size = { width, height };
    this.draw();
  }

  /** From the next `draw` on, and whenever the size changes, draws what `build` makes of the size there is. */
  show(build: (size: Size) => PlotPicture): void {
    this.build = build;
    this.picture = undefined;
    this.hits = undefined;
    this.message.hidden = true;
  }

  /** Says why there is nothing to draw. */
  say(message: string): void {
    this.build = undefined;
    this.picture = undefined;
    this.hits = undefined;
    for (const svg of [this.under, this.features, this.over, this.overlay]) svg.replaceChildren();
    this.canvas.hidden = true;
    this.message.textContent = message;
    this.message.hidden = false;
    this.setNote('');
  }

  setNote(text: string): void {
    this.note.textContent = text;
  }

  get scene(): Scene | undefined {
    return this.picture?.scene;
  }

  /** The picture with what is lit, as it is to be exported. */
  exportScene(): Scene | undefined {
    const { picture } = this;
    return picture && { ...picture.scene, marks: [...picture.scene.marks, ...picture.overlay()] };
  }

  draw(): void {
    const { width, height } = this.size;
    if (this.build === undefined || width < 80 || height < 80) return;
    this.picture = this.build(this.size);
    const { scene } = this.picture;
    this.hits = new HitIndex(scene, 6);
    const first = scene.marks.findIndex(mark => mark.feature !== undefined);
    const last = scene.marks.findLastIndex(mark => mark.feature !== undefined);
    const features = first < 0 ? [] : scene.marks.slice(first, last + 1);
    for (const svg of [this.under, this.features, this.over, this.overlay]) sizeSvg(svg, width, height);
    drawSvg(this.under, first < 0 ? scene.marks : scene.marks.slice(0, first), LIVE_INK);
    drawSvg(this.over, first < 0 ? [] : scene.marks.slice(last + 1), LIVE_INK);
    const many = MANY_MARKS < features.length;
    this.canvas.hidden = !many;
    drawSvg(this.features, many ? [] : features, LIVE_INK);
    if (many) {
      renderCanvas(this.canvas, { ...scene, marks: features }, resolvedInk(this.body), window.devicePixelRatio || 1);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    this.light();
  }

  /** Redraws only what is lit. */
  light(): void {
    if (this.picture === undefined) return;
    const marks = this.picture.overlay();
    this.body.classList.toggle('lit', 0 < marks.length);
    drawSvg(this.overlay, marks, LIVE_INK);
  }

  /** Draws the eye here once. */
  flash(): void {
    this.root.scrollIntoView({ block: 'nearest', behavior: 'auto' });
    this.root.classList.remove('flash');
    void this.root.offsetWidth;
    this.root.classList.add('flash');
  }
}

/** Three lines and the way to the page. */
export function createHelp(help: Help, events: { openDocs(page: string): void }): HTMLElement {
  const line = (term: string, text: string): Node[] => [element('dt', { text: term }), element('dd', { text })];
  const panel = element('div', { class: 'help', id: uniqueId('help') }, [
    element('dl', {}, [...line('Shows', help.shows), ...line('Read', help.read), ...line('Misleads', help.misleads)]),
    element('button', {
      class: 'link docs-link',
      text: 'Formula, source and limits →',
      attributes: { type: 'button' },
      onClick: () => events.openDocs(help.page),
    }),
  ]);
  panel.hidden = true;
  return panel;
}

export function helpToggle(title: string, panel: HTMLElement): HTMLButtonElement {
  const button = iconButton('help', `About ${title.toLowerCase()}`, () => {
    panel.hidden = !panel.hidden;
    button.setAttribute('aria-expanded', String(!panel.hidden));
  });
  button.setAttribute('aria-expanded', 'false');
  button.setAttribute('aria-controls', panel.id);
  const close = (): void => {
    panel.hidden = true;
    button.setAttribute('aria-expanded', 'false');
  };
  for (const place of [panel, button]) {
    place.addEventListener('keydown', event => {
      if (event.key !== 'Escape' || panel.hidden) return;
      event.stopPropagation();
      close();
      button.focus();
    });
  }
  return button;
}
