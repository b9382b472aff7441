import type { MapperFinding, MapperLoops, UnitCommunities, UnitCommunity } from '../../src/protocol/mapper';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '../format/numbers';
import { element } from '../inspect/dom';

export interface StandsOutEvents {
  nodes(nodes: readonly number[]): void;
  colour(id: string): void;
  points(points: readonly number[], what: string): void;
  askLoops(): void;
  askCommunities(): void;
}

const MARKS = { flare: '⋔', loop: '○', singleton: '·', component: '◦◦' } as const;
const MOST_SHOWN = 60;

/** What stands out, in sentences that can be clicked: of the graph, of the loops of the points, and of units that act together. */
export class StandsOut {
  readonly root = element('div', { class: 'mapper-stands-out' });
  private readonly findings = element('section', { attributes: { 'aria-label': 'What stands out in the graph' } });
  private readonly loops = element('section', { attributes: { 'aria-label': 'Loops of the inputs' } });
  private readonly communities = element('section', { attributes: { 'aria-label': 'Units that act together' } });

  constructor(private readonly events: StandsOutEvents) {
    this.root.append(this.findings, this.loops, this.communities);
    this.showFindings(undefined);
    this.showLoops(undefined);
    this.showCommunities(undefined);
  }

  showFindings(findings: readonly MapperFinding[] | undefined): void {
    const items = (findings ?? []).map(({ kind, sentence, nodes }) =>
      element('li', {}, [
        element('span', { class: 'mark', text: MARKS[kind], attributes: { 'aria-hidden': 'true' } }),
        button(sentence, () => this.events.nodes(nodes)),
      ]),
    );
    const empty =
      findings === undefined
        ? 'Flares, loops and nodes alone come when the sliders rest.'
        : 'No flare, no loop, no node alone.';
    this.findings.replaceChildren(
      element('h2', { text: 'Flares, loops, anomalies' }),
      ...(items.length === 0 ? [note(empty)] : [element('ul', {}, items), note('They depend on the cover: see whether its neighbours in the map show them, too.')]), // prettier-ignore
    );
  }

  showLoops(loops: MapperLoops | string | undefined): void {
    const heading = element('h2', { text: 'Loops of the inputs' });
    if (typeof loops !== 'object') {
      this.loops.replaceChildren(
        heading,
        loops === undefined
          ? element('p', { class: 'side-note' }, [button('Find loops', () => this.events.askLoops()), ' of the layer (H₁), and colour the inputs by their place on them: an angle, a phase.']) // prettier-ignore
          : note(loops),
      );
      return;
    }
    const { threshold, draws, level, landmarks, sample } = loops;
    const items = loops.loops.map(({ birth, death, isSignificant, turns }, at) =>
      element('li', {}, [
        element('span', { class: 'mark', text: isSignificant ? '●' : '○', attributes: { 'aria-hidden': 'true' } }),
        button(
          `Loop ${at + 1}: length ${formatNumber(death - birth)} (${formatNumber(birth)} to ${formatNumber(death)}), ${isSignificant ? 'significant' : 'not significant'}${turns === undefined ? '; it has no coordinate over the integers' : ''}`,
          () => this.events.colour(`loop ${at}`),
        ),
      ]),
    );
    this.loops.replaceChildren(
      heading,
      ...(items.length === 0 ? [note('There is no loop.')] : [element('ul', {}, items)]),
      note(`Significant: longer than ${formatNumber(threshold)}, the longest loop of Gaussian points with the same covariance in ${draws} draws (level ${formatPercent(level)}); ${formatQuantity(landmarks, 'landmark')} of ${formatQuantity(sample, 'input')} each.`), // prettier-ignore
    );
  }

  showCommunities(communities: UnitCommunities | string | undefined): void {
    const heading = element('h2', { text: 'Units that act together' });
    if (typeof communities !== 'object') {
      this.communities.replaceChildren(
        heading,
        communities === undefined
          ? element('p', { class: 'side-note' }, [button('Find communities', () => this.events.askCommunities()), ' of units whose activations go up and down together, and which are inside which.']) // prettier-ignore
          : note(communities),
      );
      return;
    }
    const { communities: all, total, note: units } = communities;
    // Of each size the longest-lived, and what they are nested in.
    const shown = new Set<number>();
    const byPersistence = [...all.keys()].sort(
      (a, b) => all[b]!.birth - all[b]!.death - (all[a]!.birth - all[a]!.death),
    );
    for (const at of byPersistence) {
      if (shown.size >= MOST_SHOWN) break;
      for (let one = at; one >= 0 && !shown.has(one); one = all[one]!.parent) shown.add(one);
    }
    const children = new Map<number, number[]>();
    for (const at of [...shown].sort((a, b) => a - b)) children.set(all[at]!.parent, [...(children.get(all[at]!.parent) ?? []), at]); // prettier-ignore
    const tree = (parent: number): HTMLElement[] =>
      (children.get(parent) ?? []).map(at => {
        const inner = tree(at);
        const open = button(sentenceOf(all[at]!), () => this.events.points([...all[at]!.points], `inputs that drive ${formatQuantity(all[at]!.units.length, 'unit')} most`)); // prettier-ignore
        open.title = `units ${[...all[at]!.units].slice(0, 40).join(', ')}${all[at]!.units.length > 40 ? ', …' : ''}`;
        return element('li', {}, [open, ...(inner.length === 0 ? [] : [element('ul', {}, inner)])]);
      });
    this.communities.replaceChildren(
      heading,
      element('ul', { class: 'community-tree' }, tree(-1)),
      note(`${formatCount(shown.size)} of ${formatQuantity(total, 'community', 'communities')} of cliques of 2 to 5 units, joined where they share all but one (Rieck et al. 2018), by |correlation|. ${units} A click shows the inputs that drive the units.`), // prettier-ignore
    );
  }
}

function sentenceOf({ k, birth, death, isEssential, units }: UnitCommunity): string {
  return `${formatQuantity(units.length, 'unit')} in cliques of ${k}: |r| ${birth.toFixed(2)} to ${isEssential ? 'the end' : death.toFixed(2)}`;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  return element('button', { class: 'link sentence', text, attributes: { type: 'button' }, onClick });
}

function note(text: string): HTMLElement {
  return element('p', { class: 'side-note', text });
}
