import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { formatCount } from '../format/numbers';
import { dimensionDash, dimensionPaint, dimensionShape, type Mark } from '../plots/scene';
import { classPaint, classShape, MOST_COLOURS } from '../plots/scatter';
import { LIVE_INK } from '../render/ink';
import { createSvg, drawSvg, sizeSvg } from '../render/svg';
import { element } from './dom';
import type { Feature } from '../plots/feature';

/** Keys of colours: small pictures of the very marks that the plots draw. */

function swatch(marks: readonly Mark[], width = 14): SVGSVGElement {
  const svg = createSvg();
  sizeSvg(svg, width, 12);
  drawSvg(svg, marks, LIVE_INK);
  return svg;
}

export function dimensionSwatch(dimension: number, kind: 'bar' | 'symbol' | 'line'): SVGSVGElement {
  const paint = dimensionPaint(dimension);
  if (kind === 'bar') {
    const tone = 'pale';
    return swatch([
      { kind: 'rect', x: 0, y: 4, width: 7, height: 4, fill: paint, tone },
      { kind: 'rect', x: 7, y: 4, width: 6, height: 4, fill: paint },
    ]);
  }
  if (kind === 'symbol') {
    return swatch([{ kind: 'symbol', shape: dimensionShape(dimension), x: 7, y: 6, radius: 3.5, fill: paint }]);
  }
  const dash = dimensionDash(dimension) ?? [];
  return swatch([{ kind: 'line', x1: 0, y1: 6, x2: 18, y2: 6, stroke: paint, strokeWidth: 2, dash }], 18);
}

/** The classes as buttons: pointing at one lights its points in the scatter. */
export class ClassLegend {
  readonly root = element('div', { class: 'class-legend', attributes: { role: 'group', 'aria-label': 'Classes' } });
  private labels: InspectHead['labels'];
  private points = -1;
  private readonly buttons: HTMLButtonElement[] = [];

  constructor(private readonly events: { hover(feature: Feature | undefined): void; toggle(feature: Feature): void }) {}

  update(head: InspectHead | undefined, layer: LayerTopology | undefined, kept: Feature | undefined): void {
    const labels = head?.labels;
    const points = layer?.projection.x.length ?? 0;
    if (labels !== this.labels || points !== this.points) {
      this.labels = labels;
      this.points = points;
      this.draw(head, points);
    }
    this.buttons.forEach((button, index) => {
      button.setAttribute('aria-pressed', String(kept?.kind === 'class' && kept.index === index));
    });
  }

  private draw(head: InspectHead | undefined, points: number): void {
    const classes = head?.labels?.classes ?? [];
    this.root.hidden = classes.length === 0;
    this.buttons.length = 0;
    classes.slice(0, 200).forEach((name, index) => {
      const feature: Feature = { kind: 'class', index };
      const shape = classShape(index, points);
      const button = element('button', {
        class: 'legend-item',
        title: `class ${name}`,
        attributes: { type: 'button', 'aria-pressed': 'false' },
        onClick: () => this.events.toggle(feature),
      });
      button.append(
        swatch([{ kind: 'symbol', shape, x: 6, y: 6, radius: 3.6, fill: classPaint(head, index) }], 12),
        element('span', { text: name }),
      );
      button.addEventListener('pointerenter', () => this.events.hover(feature));
      button.addEventListener('pointerleave', () => this.events.hover(undefined));
      this.buttons.push(button);
    });
    this.root.replaceChildren(...this.buttons);
    if (MOST_COLOURS < classes.length) {
      const text = `${formatCount(classes.length)} classes: grey until one is pointed at`;
      this.root.prepend(element('span', { class: 'legend-note', text }));
    }
  }
}
