import type { MapperBaseline, MapperShape } from '../../src/protocol/mapper';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '../format/numbers';
import { element } from '../inspect/dom';

/** Below this share the graph says little of the cloud. */
const LOW_COVERAGE = 0.5;

const EXPLAINED = [
  'Coverage: the share of the inputs that are in any node; the rest is noise of the clustering. High purity with low coverage says only that what is kept is pure.',
  'Purity: of the members of each node, the share that is of its largest class, weighted by members.',
  'Untrained: the same architecture with weights drawn anew (Glorot, seed 0), the same rows and cover, and the knee of its own distances. What training did is the difference.',
  'Shuffled: the same nodes with labels dealt out by chance, which is what small nodes are pure of by themselves.',
];

/** Coverage and purity, each beside what is had without training or without labels, and what they say. */
export class Figures {
  readonly root = element('section', { class: 'mapper-figures', attributes: { 'aria-label': 'Coverage and purity' } });

  private readonly explained = element('details', { class: 'figure-help' }, [
    element('summary', { text: 'What these say' }),
    ...EXPLAINED.map(text => element('p', { class: 'side-note', text })),
  ]);

  update(shape: MapperShape | undefined, untrained: MapperBaseline | undefined): void {
    if (shape === undefined) return this.root.replaceChildren();
    const { starts, source, components, loops, coverage, purity, shuffled, radius, points } = shape;
    const members = shape.members.length;
    const row = (name: string, value: string, more: string): HTMLElement =>
      element('div', { class: 'figure-row' }, [
        element('span', { class: 'figure-name', text: name }),
        element('span', { class: 'figure-value', text: value }),
        element('span', { class: 'figure-more', text: more }),
      ]);
    const missing = untrained !== undefined && 'missing' in untrained ? untrained.missing : undefined;
    const figures = untrained !== undefined && 'coverage' in untrained ? untrained : undefined;
    const waiting = untrained === undefined ? '…' : '–';
    this.root.replaceChildren(
      element('p', {
        class: 'figure-line',
        text: `${formatQuantity(starts.length - 1, 'node')}, ${formatQuantity(source.length, 'edge')}, ${formatQuantity(components, 'component')}, ${formatQuantity(loops, 'loop')} · radius ${formatNumber(radius)}`,
      }),
      ...(coverage < LOW_COVERAGE ? [element('p', { class: 'figure-caveat', text: `Only ${formatPercent(coverage)} of the inputs are in the graph: it says little of the layer. A larger radius, wider intervals or fewer points of a core take in more.` })] : []), // prettier-ignore
      row('coverage', formatPercent(coverage), `of ${formatQuantity(points, 'input')}; untrained ${figures === undefined ? waiting : formatPercent(figures.coverage)}`), // prettier-ignore
      row('purity', purity === undefined ? '–' : purity.toFixed(3), purity === undefined ? 'without labels there is none' : `of ${formatCount(members)} memberships`), // prettier-ignore
      row('· untrained', figures?.purity === undefined ? waiting : figures.purity.toFixed(3), missing ?? 'weights drawn anew, seed 0'), // prettier-ignore
      row('· shuffled', shuffled === undefined ? '–' : shuffled.mean.toFixed(3), shuffled === undefined ? '' : `${shuffled.least.toFixed(3)}–${shuffled.most.toFixed(3)} in ${shuffled.draws} draws`), // prettier-ignore
      this.explained,
    );
  }
}
