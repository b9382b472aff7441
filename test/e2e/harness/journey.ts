import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../browser';
import { startEditor, type Editor } from './editor';
import { Workbench, type WindowOptions } from './workbench';
import { fillWorkspace, type WorkspaceContent } from './workspace';

let browser: Promise<Browser> | undefined;
const editors = new Map<boolean, Promise<Editor>>();

/** The one server of this run, or the other one, which trusts no folder. */
async function editor(trusted: boolean): Promise<Editor> {
  browser ??= launchBrowser();
  const launched = await browser;
  const starting = editors.get(trusted) ?? startEditor(launched, trusted);
  editors.set(trusted, starting);
  return starting;
}

/** To be called once, after the last journey. */
export async function stopEditors(): Promise<void> {
  await (await browser?.catch(() => undefined))?.close();
  for (const starting of editors.values()) await (await starting.catch(() => undefined))?.stop();
}

export interface JourneyOptions extends WindowOptions {
  /** What is in the folder; the sample workspace where it is not given. */
  readonly content?: WorkspaceContent;
  /** Opens the folder in Restricted Mode, as VS Code does with what a person has not vouched for. */
  readonly restricted?: boolean;
}

/** Adds a step, which continues where the one before it left the window. */
export type Step = (name: string, act: (window: Workbench) => Promise<void>) => void;

/**
 * What one person does in a window of their own, step after step. A step that fails leaves a picture behind, and those after
 * it are not tried. At the end nothing may have gone wrong in the background. `JOURNEY=keyboard npm run test:e2e` runs those with
 * that in their name.
 */
export function journey(name: string, options: JourneyOptions, tell: (step: Step) => void): void {
  const chosen = process.env.JOURNEY;
  if (chosen !== undefined && !name.includes(chosen)) return;
  describe(name, () => {
    let window: Workbench | undefined;
    let broken = false;

    before(async () => {
      const shared = await editor(options.restricted !== true);
      const folder = shared.folder(name.replace(/\W+/g, '-'));
      fillWorkspace(folder, options.content);
      window = await Workbench.open(shared, folder, options);
    });
    after(() => window?.close());

    const step: Step = (title, act) => {
      it(title, async test => {
        if (!window) throw new Error('The window did not open.');
        if (broken) return test.skip('an earlier step failed');
        try {
          await act(window);
        } catch (error) {
          broken = true;
          const background = await window.describe(`${name} ${title}`);
          throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${background}`, {
            cause: error,
          });
        }
      });
    };
    tell(step);
    step('leaves no error in the console and asks nothing of other machines', window => {
      window.assertQuiet();
      return Promise.resolve();
    });
  });
}
