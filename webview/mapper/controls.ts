import type { MapperHead, MapperParameters } from '../../src/protocol/mapper';
import { formatNumber, formatRoundPercent } from '../format/numbers';
import { element, uniqueId } from '../inspect/dom';
import { PRESETS } from './state';

export interface ControlEvents {
  /** On the way, too, while a slider moves. */
  change(parameters: MapperParameters): void;
  subject(layer: string, points: number): void;
}

const POINTS = [500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/** All that a graph is made with: layer and points, lens, cover and clustering, and presets for them. */
export class Controls {
  readonly root = element('form', { class: 'mapper-controls', attributes: { 'aria-label': 'Parameters' } });
  private readonly layer = element('select');
  private readonly points = element('select');
  private readonly preset = element('select');
  private readonly lens = element('select');
  private readonly second = element('select');
  private readonly clustering = element('select');
  private readonly sliders: Readonly<Record<'intervals' | 'overlap' | 'radiusFactor' | 'minimumPoints', Slider>>;
  private parameters: MapperParameters = PRESETS[0]!.parameters;

  constructor(private readonly events: ControlEvents) {
    const set = (change: Partial<MapperParameters>): void => this.set({ ...this.parameters, ...change });
    this.sliders = {
      intervals: new Slider('intervals', { least: 2, most: 100, step: 1 }, String, intervals => set({ intervals })),
      overlap: new Slider('overlap', { least: 0, most: 0.8, step: 0.01 }, formatRoundPercent, overlap =>
        set({ overlap }),
      ),
      radiusFactor: new Slider('radius', { least: 0.2, most: 3, step: 0.05 }, value => `${formatNumber(value)} × knee`, radiusFactor => set({ radiusFactor })), // prettier-ignore
      minimumPoints: new Slider('points of a core', { least: 1, most: 30, step: 1 }, String, minimumPoints => set({ minimumPoints })), // prettier-ignore
    };
    const { intervals, overlap, radiusFactor, minimumPoints } = this.sliders;
    this.root.replaceChildren(
      labelled('layer', this.layer),
      labelled('inputs', this.points),
      labelled('preset', this.preset),
      labelled('lens', this.lens),
      labelled('second lens', this.second),
      intervals.root,
      overlap.root,
      labelled('clusters', this.clustering),
      radiusFactor.root,
      minimumPoints.root,
    );
    fill(this.preset, [{ value: '', text: 'own' }, ...PRESETS.map(({ name }) => ({ value: name, text: name }))]);
    fill(this.clustering, [
      { value: 'dbscan', text: 'DBSCAN' },
      { value: 'single-linkage', text: 'single linkage' },
    ]);
    this.root.addEventListener('submit', event => event.preventDefault());
    this.layer.addEventListener('change', () => events.subject(this.layer.value, Number(this.points.value)));
    this.points.addEventListener('change', () => events.subject(this.layer.value, Number(this.points.value)));
    this.preset.addEventListener('change', () => {
      const preset = PRESETS.find(({ name }) => name === this.preset.value);
      if (preset !== undefined) this.set(preset.parameters);
    });
    const lenses = (): void => set({ lenses: [this.lens.value, ...(this.second.value === '' ? [] : [this.second.value])] }); // prettier-ignore
    this.lens.addEventListener('change', lenses);
    this.second.addEventListener('change', lenses);
    this.clustering.addEventListener('change', () => set({ clustering: this.clustering.value === 'dbscan' ? 'dbscan' : 'single-linkage' })); // prettier-ignore
  }

  /** What there is to choose from. */
  offer({ layer, layers, points, data, facts }: MapperHead): void {
    fill(this.layer, layers.map(name => ({ value: name, text: name })), layer.name); // prettier-ignore
    const counts = [...new Set([...POINTS.filter(count => count < data.rows), Math.min(data.rows, 100_000), points.count])].sort((a, b) => a - b); // prettier-ignore
    fill(this.points, counts.map(count => ({ value: String(count), text: count === data.rows ? `all ${count}` : String(count) })), String(points.count)); // prettier-ignore
    const lenses = [
      { value: 'l2', text: 'norm' },
      { value: 'pca1', text: 'principal component 1' },
      { value: 'pca2', text: 'principal component 2' },
      { value: 'density', text: 'density' },
      { value: 'eccentricity', text: 'eccentricity' },
      ...(facts.confidence === undefined ? [] : [{ value: 'confidence', text: 'confidence' }]),
      ...(facts.correct === undefined || facts.confidence === undefined ? [] : [{ value: 'error', text: 'error' }]),
      ...facts.columns.map(({ name }, at) => ({ value: `column ${at}`, text: name })),
    ];
    fill(this.lens, lenses, this.parameters.lenses[0]);
    fill(this.second, [{ value: '', text: 'none' }, ...lenses], this.parameters.lenses[1] ?? '');
  }

  show(parameters: MapperParameters): void {
    this.parameters = parameters;
    const { intervals, overlap, radiusFactor, minimumPoints } = this.sliders;
    intervals.show(parameters.intervals);
    overlap.show(parameters.overlap);
    radiusFactor.show(parameters.radiusFactor);
    minimumPoints.show(parameters.minimumPoints);
    this.clustering.value = parameters.clustering;
    this.lens.value = parameters.lenses[0] ?? 'l2';
    this.second.value = parameters.lenses[1] ?? '';
    const preset = PRESETS.find(one => JSON.stringify(one.parameters) === JSON.stringify(parameters));
    this.preset.value = preset?.name ?? '';
    this.preset.title = preset?.from ?? 'A cover of your own.';
  }

  private set(parameters: MapperParameters): void {
    const { lenses, intervals, overlap, clustering, radiusFactor, minimumPoints } = parameters;
    // In one order, so that presets are recognised.
    this.show({ lenses, intervals, overlap, clustering, radiusFactor, minimumPoints });
    this.events.change(this.parameters);
  }
}

class Slider {
  readonly root: HTMLElement;
  private readonly input = element('input');
  private readonly output = element('output');

  constructor(
    name: string,
    { least, most, step }: { readonly least: number; readonly most: number; readonly step: number },
    private readonly write: (value: number) => string,
    change: (value: number) => void,
  ) {
    const id = uniqueId('slider');
    Object.assign(this.input, { type: 'range', id, min: String(least), max: String(most), step: String(step) });
    this.input.addEventListener('input', () => change(Number(this.input.value)));
    this.root = element('div', { class: 'control slider' }, [
      element('label', { text: name, attributes: { for: id } }),
      this.input,
      this.output,
    ]);
  }

  show(value: number): void {
    this.input.value = String(value);
    this.output.textContent = this.write(value);
    this.input.setAttribute('aria-valuetext', this.write(value));
  }
}

function labelled(name: string, control: HTMLSelectElement): HTMLElement {
  control.id = uniqueId('control');
  return element('div', { class: 'control' }, [
    element('label', { text: name, attributes: { for: control.id } }),
    control,
  ]);
}

function fill(
  select: HTMLSelectElement,
  options: readonly { readonly value: string; readonly text: string }[],
  chosen?: string,
): void {
  select.replaceChildren(...options.map(({ value, text }) => element('option', { text, attributes: { value } })));
  if (chosen !== undefined) select.value = chosen;
}
