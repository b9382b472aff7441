import type { AttentionHead, AttentionNode, AttentionResult } from '../../src/protocol/attention';
import { formatCount, formatNumber, formatQuantity } from '../format/numbers';
import { element } from '../inspect/dom';
import { LayoutThread } from '../network/layoutThread';
import { radiiOf, type NetworkGraph, type NodeFill, type Positions } from '../network/networkGraph';
import { NetworkView } from '../network/networkView';
import { COLOURS, headOf, sameHead, type Colour, type State } from './state';

export interface GraphEvents {
  select(nodes: readonly number[]): void;
  colour(colour: Colour): void;
}

const PALETTE = 10;
const PLACES = 8;

/** The Mapper graph of one head: nodes are words that attend alike, coloured by what they are. */
export class GraphPane {
  readonly root = element('section', { class: 'graph-pane', attributes: { 'aria-label': 'Mapper graph of a head' } });
  private readonly network: NetworkView;
  private readonly layout: LayoutThread;
  private readonly legend = element('div', { class: 'graph-legend' });
  private readonly colours: readonly HTMLButtonElement[];
  private nodes: readonly AttentionNode[] = [];
  private shown: AttentionHead | undefined;
  private isPlaced = false;

  constructor(events: GraphEvents) {
    this.network = new NetworkView(
      {
        label: 'Nodes: words that attend alike',
        node: node => this.line(node),
        lines: node => this.lines(node),
      },
      { select: nodes => events.select(nodes) },
    );
    this.layout = new LayoutThread({ moved: (positions, isDone) => this.moved(positions, isDone) });
    this.colours = COLOURS.map(colour =>
      element('button', { text: colour, attributes: { type: 'button' }, onClick: () => events.colour(colour) }),
    );
    this.root.append(
      element('div', { class: 'pane-header' }, [
        element('h2', { text: 'Words that attend alike' }),
        element('span', { class: 'toggles', attributes: { role: 'group', 'aria-label': 'Colour nodes by' } }, [...this.colours]), // prettier-ignore
      ]),
      this.network.root,
      this.legend,
    );
  }

  update(state: State, before: State | undefined): void {
    const head = headOf(state);
    this.root.hidden = head === undefined;
    if (head === undefined || state.result === undefined) return;
    this.colours.forEach((button, at) => {
      button.setAttribute('aria-pressed', String(COLOURS[at] === state.colour));
      button.hidden = COLOURS[at] === 'role' && state.result!.roles === null;
    });
    const isOther = before === undefined || before.result !== state.result || !sameHead(before.head, state.head);
    if (isOther) this.draw(head, state);
    else if (before.colour !== state.colour) this.paint(state);
    if (!isOther && before.nodes !== state.nodes) {
      const selected = this.network.selected;
      if (selected.join() !== state.nodes.join()) this.network.highlight(state.nodes, 'bring');
    }
  }

  /** The theme has changed. */
  repaint(state: State): void {
    this.network.repaint();
    if (this.shown !== undefined) this.paint(state);
  }

  private draw(head: AttentionHead, state: State): void {
    const { nodes, edges } = head.mapper;
    this.shown = head;
    this.nodes = nodes;
    this.isPlaced = false;
    const members = nodes.map(node => node.members.length);
    const graph: NetworkGraph = {
      count: nodes.length,
      radius: radiiOf(members, 3, 16),
      source: Uint32Array.from(edges, edge => edge.source),
      target: Uint32Array.from(edges, edge => edge.target),
      strength: Float32Array.from(edges, ({ source, target, shared }) => shared / Math.max(1, Math.min(members[source]!, members[target]!))), // prettier-ignore
    };
    const { fills } = this.coloured(state);
    const nowhere: Positions = new Float32Array(2 * nodes.length).fill(NaN);
    this.network.look(undefined);
    this.network.show(graph, new Float32Array(2 * nodes.length), fills);
    this.network.root.classList.add('laying-out');
    this.layout.start({ graph, start: nowhere, energy: 1 });
    this.showLegend(state);
  }

  private moved(positions: Float32Array, isDone: boolean): void {
    if (!this.isPlaced || isDone) this.network.root.classList.remove('laying-out');
    this.isPlaced = true;
    this.network.place(positions);
  }

  private paint(state: State): void {
    this.network.paint(this.coloured(state).fills);
    this.showLegend(state);
  }

  private showLegend(state: State): void {
    const { names, colours } = this.coloured(state);
    const items = names.map((name, at) =>
      element('span', { class: 'legend-item' }, [swatch(colours[at]!), element('span', { text: name })]),
    );
    this.legend.replaceChildren(...items);
  }

  private coloured({ result, colour }: State): {
    readonly fills: readonly NodeFill[];
    readonly names: readonly string[];
    readonly colours: readonly string[];
  } {
    const style = getComputedStyle(this.root);
    const ink = (name: string) => style.getPropertyValue(`--nt-${name}`).trim() || '#808080';
    if (colour === 'position') {
      const most = this.nodes.reduce((largest, node) => Math.max(largest, node.position), 1);
      const steps = mixed(this.root, PLACES);
      const at = (position: number) => steps[Math.round((position / most) * (PLACES - 1))]!;
      return {
        fills: this.nodes.map(node => at(node.position)),
        names: ['first word', `word ${formatNumber(most + 1)}`],
        colours: [steps[0]!, steps[PLACES - 1]!],
      };
    }
    const counts = (node: AttentionNode): readonly (readonly [string, number])[] =>
      colour === 'role' ? Object.entries(node.colour) : node.words;
    const names = colour === 'role' ? rolesOf(result) : commonWords(this.nodes);
    const shown = names.slice(0, PALETTE);
    const colours = shown.map((_, at) => ink(`class${at}`));
    const other = ink('other');
    const fills = this.nodes.map((node): NodeFill => {
      const own = counts(node);
      const slices = own.flatMap(([name, count]) => {
        const at = shown.indexOf(name);
        return at < 0 ? [] : [{ share: count / node.members.length, color: colours[at]! }];
      });
      const left = 1 - slices.reduce((sum, { share }) => sum + share, 0);
      return left > 1e-9 ? [...slices, { share: left, color: other }] : slices;
    });
    return { fills, names: [...shown, 'other'], colours: [...colours, other] };
  }

  private line(at: number): string {
    const node = this.nodes[at];
    if (node === undefined) return '';
    const roles = Object.entries(node.colour).slice(0, 2);
    return `${formatQuantity(node.members.length, 'word')}: ${node.words
      .slice(0, 3)
      .map(([word]) => word)
      .join(
        ', ',
      )}${roles.length === 0 ? '' : `; ${roles.map(([role, count]) => `${role} ${formatCount(count)}`).join(', ')}`}`;
  }

  private lines(at: number): readonly string[] {
    const node = this.nodes[at];
    if (node === undefined) return [];
    return [
      formatQuantity(node.members.length, 'word'),
      node.words.map(([word, count]) => `${word} ${formatCount(count)}`).join(', '),
      Object.entries(node.colour).slice(0, 4).map(([role, count]) => `${role} ${formatCount(count)}`).join(', '), // prettier-ignore
      `mean place ${formatNumber(node.position + 1)}`,
    ].filter(line => line !== '');
  }
}

/** Roles that are compared first, then the most frequent. */
function rolesOf(result: AttentionResult | undefined): readonly string[] {
  const roles = result?.roles;
  if (roles === null || roles === undefined) return [];
  const others = Object.keys(roles.counts).filter(role => !roles.compared.includes(role));
  return [...roles.compared, ...others];
}

function commonWords(nodes: readonly AttentionNode[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const node of nodes) for (const [word, count] of node.words) counts.set(word, (counts.get(word) ?? 0) + count);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
}

function swatch(color: string): HTMLElement {
  const mark = element('span', { class: 'swatch', attributes: { 'aria-hidden': 'true' } });
  mark.style.background = color;
  return mark;
}

/** Steps of one hue over the background, equal to the eye: mixed in OKLab, by the browser. */
function mixed(root: HTMLElement, steps: number): string[] {
  const probe = element('span');
  root.append(probe);
  const colours = Array.from({ length: steps }, (_, at) => {
    probe.style.setProperty('color', `color-mix(in oklab, var(--nt-h0) ${12 + (88 * at) / (steps - 1)}%, var(--nt-background))`); // prettier-ignore
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colours;
}
