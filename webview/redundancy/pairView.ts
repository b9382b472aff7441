import type { RedundancyFromView } from '../../src/protocol/redundancy';
import { formatNumber, homologyName } from '../format/numbers';
import { element } from '../inspect/dom';
import { LIVE_INK } from '../render/ink';
import { createSvg, drawSvg, sizeSvg } from '../render/svg';
import { Heatmap } from './heatmap';
import { matchingPlot } from './matchingPlot';
import { samePair, type State, type Store } from './state';

/** The two diagrams of the selected pair over each other, with what goes where. */
export class PairView {
  readonly root = element('section', { class: 'pair', attributes: { 'aria-label': 'Two layers' } });
  private readonly heading = element('h2');
  private readonly facts = element('p', { class: 'pair-facts' });
  private readonly svg = createSvg();
  private readonly picture = element('div', { class: 'pair-plot', attributes: { role: 'img' } });
  private readonly dimensions: readonly HTMLButtonElement[];
  private readonly links = element('span', { class: 'pair-links' });
  private readonly empty = element('p', { class: 'empty-note', text: 'Choose a cell of the map, or a candidate, to see both diagrams with the optimal matching.' }); // prettier-ignore
  private requests = 0;
  private asked: string | undefined;

  constructor(
    private readonly store: Store,
    private readonly post: (message: RedundancyFromView) => void,
  ) {
    this.dimensions = ([0, 1] as const).map(dimension =>
      element('button', {
        text: homologyName(dimension),
        attributes: { type: 'button', 'aria-label': `Dimension ${dimension}` },
        onClick: () => store.set({ dimension }),
      }),
    );
    this.picture.append(this.svg);
    this.root.append(
      element('div', { class: 'pane-header' }, [
        this.heading,
        element('span', { class: 'toggles' }, [...this.dimensions]),
        this.links,
      ]),
      this.facts,
      this.picture,
      this.empty,
    );
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  update(state: State, before: State | undefined): void {
    const { pair, distances, dimension, matching, head } = state;
    this.dimensions.forEach((button, at) => button.setAttribute('aria-pressed', String(at === dimension)));
    const size = distances?.layers.length ?? 0;
    const isShown = pair !== undefined && distances !== undefined && pair.a < size && pair.b < size;
    this.root.hidden = distances === undefined;
    this.empty.hidden = isShown;
    this.picture.hidden = !isShown;
    this.facts.hidden = !isShown;
    this.dimensions[0]!.parentElement!.hidden = !isShown;
    this.links.hidden = !isShown;
    if (!isShown) {
      this.heading.textContent = 'Two layers';
      return;
    }
    const isOther = before === undefined || !samePair(before.pair, pair) || before.distances !== distances;
    if (isOther) {
      const [names, ...lines] = Heatmap.lines(distances, pair, head?.divergencePoints);
      this.heading.textContent = names!;
      this.facts.textContent = lines.join(' · ');
      this.links.replaceChildren(
        'topology of',
        ...[pair.a, pair.b].flatMap(layer => {
          const name = distances.layers[layer]!;
          // The network's input is no layer that could be inspected.
          if (head?.layers.some(one => one.op === 'Input' && one.name === name) === true) return [];
          return element('button', {
            class: 'link',
            text: name,
            title: `Topology of ${name}`,
            attributes: { type: 'button', 'aria-label': `Topology of ${name}` },
            onClick: () => this.post({ type: 'inspect', layer: name }),
          });
        }),
      );
    }
    const key = `${pair.a} ${pair.b} ${dimension}`;
    if (isOther || before.dimension !== dimension) {
      if (this.asked !== key || before?.distances !== distances) {
        this.asked = key;
        this.post({ type: 'matching', request: ++this.requests, a: pair.a, b: pair.b, dimension });
      }
    }
    if (isOther || before.dimension !== dimension || before.matching !== matching) this.draw();
  }

  /** The answer to the last request; those to earlier ones are no longer of interest. */
  matched(request: number, distance: number, pairs: Int32Array): void {
    const { pair, dimension } = this.store.state;
    if (request !== this.requests || pair === undefined) return;
    this.store.set({ matching: { pair, dimension, distance, pairs } });
  }

  draw(): void {
    const { pair, distances, dimension, matching } = this.store.state;
    const width = this.picture.clientWidth;
    if (
      pair === undefined ||
      distances === undefined ||
      width === 0 ||
      Math.max(pair.a, pair.b) >= distances.layers.length
    )
      return;
    const size = { width, height: Math.min(420, Math.max(240, width)) };
    const isThis = matching !== undefined && samePair(matching.pair, pair) && matching.dimension === dimension;
    const scene = matchingPlot(distances, pair, dimension, isThis ? matching.pairs : undefined, size);
    sizeSvg(this.svg, size.width, size.height);
    drawSvg(this.svg, scene.marks, LIVE_INK);
    this.picture.setAttribute('aria-label', scene.title);
    this.picture.title = isThis
      ? `Filled: ${distances.layers[pair.a]!}; hollow: ${distances.layers[pair.b]!}. The red line is the largest move of the best matching, ${formatNumber(matching.distance)}: that is the distance.`
      : '';
  }
}
