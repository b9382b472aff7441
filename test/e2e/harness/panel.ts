import type { FrameLocator, Locator } from 'playwright-core';
import type { Workbench } from './workbench';

/** The Inspect panel of a window, as a person sees it. */
export class Panel {
  constructor(private readonly window: Workbench) {}

  get frame(): FrameLocator {
    return this.window.view;
  }

  /** All layers of the network, computed or not. */
  get layers(): Locator {
    return this.frame.locator('tr[data-layer]');
  }

  /** Layers whose barcode is drawn. */
  get finished(): Locator {
    return this.frame.locator('tr[data-layer]:not(.pending):not(.failed)');
  }

  layer(name: string): Locator {
    return this.frame.locator(`tr[data-layer="${name}"]`);
  }

  get selectedLayer(): Locator {
    return this.frame.locator('tr[data-layer][aria-selected="true"]');
  }

  /** Clicks a layer and waits until it is the one that is shown. */
  async select(row: Locator): Promise<void> {
    const name = (await row.getAttribute('data-layer')) ?? '';
    await row.click();
    await this.layer(name).and(this.selectedLayer).waitFor();
  }

  /** The line about model and data. */
  get facts(): Locator {
    return this.frame.locator('.facts').first();
  }

  get findings(): Locator {
    return this.frame.locator('.findings li .sentence');
  }

  /** What is said under the layers of how the run went. */
  get strip(): Locator {
    return this.frame.locator('.strip');
  }

  /** What stands in the layers' place where there are none. */
  get card(): Locator {
    return this.frame.locator('.card');
  }

  plot(name: 'barcode' | 'diagram' | 'betti' | 'scatter'): Locator {
    return this.frame.locator(`.plot-${name}`);
  }

  /** What is drawn in a plot: bars, points, curves. */
  marks(name: 'barcode' | 'diagram' | 'betti' | 'scatter'): Locator {
    return this.plot(name).locator('.plot-body svg').locator('rect, line, path, circle');
  }

  /** The list that mirrors a plot for the keyboard. */
  mirror(name: 'barcode' | 'diagram' | 'betti' | 'scatter'): Locator {
    return this.plot(name).locator('[role="listbox"]');
  }

  /** Inputs on what is selected. */
  get tiles(): Locator {
    return this.frame.locator('.tiles .tile');
  }

  button(name: string | RegExp): Locator {
    return this.frame.getByRole('button', { name });
  }

  menuItem(name: string | RegExp): Locator {
    return this.frame.getByRole('menuitem', { name });
  }

  /** Waits until the run has ended and all is drawn. */
  async done(): Promise<void> {
    await this.frame.locator('.strip.done').waitFor();
  }
}
