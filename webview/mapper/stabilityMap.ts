import type { MapperGrid, MapperParameters } from '../../src/protocol/mapper';
import { formatCount, formatPercent, formatRoundPercent } from '../format/numbers';
import { element } from '../inspect/dom';

const FIGURES = { components: 'components', loops: 'loops', coverage: 'coverage', nodes: 'nodes' } as const;
type Figure = keyof typeof FIGURES;

/** The figures of covers around the chosen one, as a table of buttons: a click takes that cover. What only few cells show belongs to the cover, not to the data. */
export class StabilityMap {
  readonly root = element('section', { class: 'mapper-map', attributes: { 'aria-label': 'Stability map' } });
  private readonly body = element('div', { class: 'map-body' });
  private readonly figure = element('select', { attributes: { 'aria-label': 'Figure of the stability map' } });
  private grid: MapperGrid | undefined;
  private parameters: MapperParameters | undefined;

  constructor(private readonly events: { take(intervals: number, overlap: number): void; ask(): void }) {
    this.figure.append(...Object.entries(FIGURES).map(([value, text]) => element('option', { text, attributes: { value } }))); // prettier-ignore
    this.figure.addEventListener('change', () => this.draw());
    this.root.append(
      element('header', { class: 'side-heading' }, [element('h2', { text: 'Which cover?' }), this.figure]),
      this.body,
    );
    this.draw();
  }

  update(grid: MapperGrid | undefined, parameters: MapperParameters): void {
    this.grid = grid;
    this.parameters = parameters;
    this.draw();
  }

  private draw(): void {
    const { grid, parameters } = this;
    if (grid === undefined) {
      const button = element('button', { class: 'link', text: 'Compare covers', attributes: { type: 'button' }, onClick: () => this.events.ask() }); // prettier-ignore
      this.body.replaceChildren(
        element('p', { class: 'side-note' }, [button, ' of other intervals and overlaps at this radius: what few of them show belongs to the cover.']), // prettier-ignore
      );
      return;
    }
    const figure = this.figure.value as Figure;
    const values = grid[figure];
    const most = Math.max(1e-9, ...values);
    const write = (value: number): string => (figure === 'coverage' ? formatPercent(value) : formatCount(value));
    const chosen = `${parameters?.intervals} ${parameters?.overlap}`;
    const head = element('tr', {}, [element('th', { text: 'intervals', attributes: { scope: 'col' } }), ...grid.overlaps.map(overlap => element('th', { text: formatRoundPercent(overlap), attributes: { scope: 'col' } }))]); // prettier-ignore
    const rows = grid.intervals.map((intervals, i) =>
      element('tr', {}, [
        element('th', { text: String(intervals), attributes: { scope: 'row' } }),
        ...grid.overlaps.map((overlap, o) => {
          const value = values[i * grid.overlaps.length + o]!;
          const isChosen = chosen === `${intervals} ${overlap}`;
          const button = element('button', {
            text: write(value),
            title: `${intervals} intervals, overlap ${formatRoundPercent(overlap)}: ${write(value)} ${FIGURES[figure]}`,
            attributes: { type: 'button', 'aria-pressed': String(isChosen) },
            onClick: () => this.events.take(intervals, overlap),
          });
          button.style.setProperty('--share', `${Math.round((42 * value) / most)}%`);
          return element('td', {}, [button]);
        }),
      ]),
    );
    const table = element('table', {}, [element('thead', {}, [head]), element('tbody', {}, rows)]);
    this.body.replaceChildren(
      element('div', { class: 'scroll' }, [table]),
      element('p', {
        class: 'side-note',
        text: `Overlap across, intervals down; ${FIGURES[figure]} at the same radius. A click takes the cover.`,
      }),
    );
  }
}
