import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { out, root } from '../../../scripts/lib/folders.mjs';
import type { Editor } from './editor';

export type Theme = 'light' | 'dark' | 'high-contrast';

const themeNames: Readonly<Record<Theme, string>> = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
};

/** How long a condition may take on a slow machine, in milliseconds. Waiting ends when the condition holds. */
const PATIENCE = 45_000;

export interface WindowOptions {
  readonly theme?: Theme;
  readonly width?: number;
  /** Settings of the folder, from the beginning. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A window of the editor on one folder, as a person sees it. */
export class Workbench {
  /** Errors that the window's console showed, without those that the editor makes by itself. */
  readonly consoleErrors: string[] = [];
  /** Requests that would have left this machine. */
  readonly externalRequests: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly editor: Editor,
    /** The folder that is open. */
    readonly folder: string,
  ) {}

  static async open(editor: Editor, folder: string, options: WindowOptions = {}): Promise<Workbench> {
    const { theme = 'dark', width = 1400, settings = {} } = options;
    writeSettings(folder, { 'workbench.colorTheme': themeNames[theme], ...settings });
    const context = await editor.browser.newContext({
      viewport: { width, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const workbench = new Workbench(page, context, editor, folder);
    workbench.listen();
    await page.goto(`${editor.address}?folder=${encodeURIComponent(folder)}`, { waitUntil: 'domcontentloaded' });
    await workbench.ready();
    return workbench;
  }

  private listen(): void {
    this.page.on('console', message => {
      const text = message.text();
      const place = message.location().url;
      const noise = ownNoise.some(
        ({ text: said, place: at }) => said.test(text) && (at === undefined || at.test(place)),
      );
      if (message.type() === 'error' && !noise) this.consoleErrors.push(`${text} (${place})`);
    });
    this.page.on('pageerror', error => this.consoleErrors.push(String(error)));
    // A webview's own files have an address that looks foreign; its service worker answers for it, without a network.
    const own = (url: string): boolean => new URL(url).hostname.endsWith('.vscode-resource.vscode-cdn.net');
    this.context.on('request', request => {
      const { hostname, protocol } = new URL(request.url());
      const local = hostname === '127.0.0.1' || hostname === 'localhost' || hostname.endsWith('.localhost');
      if (/^(?:https?|wss?):/.test(protocol) && !local && !own(request.url()))
        this.externalRequests.push(request.url());
    });
    this.context.on('response', response => {
      if (own(response.url()) && !response.fromServiceWorker()) this.externalRequests.push(response.url());
    });
  }

  /** Nothing went wrong that nobody saw, and nothing left the machine. */
  assertQuiet(): void {
    assert.deepEqual(this.consoleErrors, []);
    assert.deepEqual([...this.externalRequests, ...this.editor.foreignConnections()], []);
  }

  private async ready(): Promise<void> {
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
    // What extensions contribute comes later than what is built in.
    await this.page.locator('.activitybar [aria-label^="Neural Topology"]').first().waitFor();
  }

  /** Loads the window again, as *Reload Window* does. */
  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.page.locator('.monaco-workbench .statusbar').waitFor();
  }

  /** Loads the window again by its own command, which first keeps which editors are open, however lately they were opened. */
  async reloadKeeping(): Promise<void> {
    await this.page.evaluate(() => document.documentElement.setAttribute('data-before', ''));
    await this.command('Developer: Reload Window');
    await this.page.locator('html:not([data-before]) .monaco-workbench .statusbar').waitFor();
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  /** The explorer's row of a file; the folders on the way to it are opened. */
  async file(relative: string): Promise<Locator> {
    const parts = relative.split('/');
    for (const part of parts.slice(0, -1)) {
      const folder = this.row(part);
      await folder.waitFor();
      if ((await folder.getAttribute('aria-expanded')) === 'false') await folder.click();
    }
    const row = this.row(parts.at(-1) ?? '');
    await row.waitFor();
    return row;
  }

  /**
   * Selects rows of the explorer together. The first click opens a preview, and the explorer selects that file alone once it has come up: later clicks
   * are made again then.
   */
  async selectTogether(first: Locator, ...others: readonly Locator[]): Promise<void> {
    const isSelected = async (row: Locator) => (await row.getAttribute('aria-selected')) === 'true';
    await first.click();
    await this.page.locator('.editor-group-container .tab.active').waitFor();
    let held = 0;
    await this.until(async () => {
      for (const row of others) if (!(await isSelected(row))) await row.click({ modifiers: ['Control'] });
      held = (await Promise.all([first, ...others].map(isSelected))).every(Boolean) ? held + 1 : 0;
      return held === 5;
    });
  }

  private row(name: string): Locator {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`).first();
  }

  /** Right-clicks and chooses an entry; several names lead through submenus. */
  async chooseFromMenu(row: Locator, ...names: readonly string[]): Promise<void> {
    await this.openMenu(row);
    for (const [level, name] of names.entries()) {
      const item = this.menuItem(name);
      if (level < names.length - 1) {
        await item.hover();
        await this.page.keyboard.press('ArrowRight');
      } else await this.insist(item);
    }
  }

  /** Clicks until what was clicked is gone: a menu that has just opened takes a click for the end of the one that opened it. */
  private async insist(item: Locator): Promise<void> {
    await item.waitFor();
    await this.until(async () => {
      await item.click({ timeout: 2000 }).catch(() => undefined);
      return item.waitFor({ state: 'hidden', timeout: 1000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /** Right-clicks; the entries that show. */
  async openMenu(row: Locator): Promise<Locator> {
    await row.click({ button: 'right' });
    const items = this.page.locator('.context-view .monaco-menu .action-item:not(.disabled) .action-label');
    await items.first().waitFor();
    return items;
  }

  menuItem(name: string): Locator {
    return this.page.locator('.context-view .monaco-menu .action-item').filter({ hasText: name }).last();
  }

  /** Runs a command by its full title from the command palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput.fill(`>${title}`);
    await this.pick(title.split(': ').at(-1) ?? title);
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:not([style*="display: none"]) input[type="text"]').first();
  }

  get picks(): Locator {
    return this.page.locator('.quick-input-widget .quick-input-list .monaco-list-row');
  }

  /** Chooses an entry of the quick pick that shows. */
  async pick(text: string | RegExp): Promise<void> {
    const entry = this.picks.filter({ hasText: text }).first();
    await entry.waitFor();
    await entry.click();
  }

  /** The content of the webview that is visible, of two beside each other the one that opened last; it lies two frames deep. */
  get view(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready')
      .filter({ visible: true })
      .last()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** Lines above the code that are shown: while they change, the editor keeps those before in its page, unseen. */
  get lenses(): Locator {
    return this.page.locator('.codelens-decoration').filter({ visible: true });
  }

  lens(text: string | RegExp): Locator {
    return this.lenses.filter({ hasText: text }).first();
  }

  /** What a click on a line above the code does. */
  lensLink(text: string | RegExp): Locator {
    return this.lenses.locator('a', { hasText: text }).first();
  }

  tab(title: string): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: title });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-toast').filter({ hasText: text });
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text });
  }

  /** Changes settings of the open folder; the editor follows the file. */
  changeSettings(changes: Readonly<Record<string, unknown>>): void {
    writeSettings(this.folder, changes);
  }

  /** Settings that the folder has, ours and what the extension remembered. */
  get settings(): Readonly<Record<string, unknown>> {
    return readSettings(this.folder);
  }

  /** Switches the colours and waits until the window wears them. */
  async theme(theme: Theme): Promise<void> {
    this.changeSettings({ 'workbench.colorTheme': themeNames[theme] });
    const worn = { light: '.vs', dark: '.vs-dark', 'high-contrast': '.hc-black' }[theme];
    await this.page.locator(`.monaco-workbench${worn}`).waitFor();
  }

  async resize(width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: 900 });
  }

  /** Keeps a picture in out/screenshots, for people to look at. */
  async screenshot(name: string): Promise<void> {
    const folder = path.join(out, 'screenshots');
    fs.mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  /** Takes what VS Code's own dialog for files proposes; the name that it proposed. */
  async acceptSaveDialog(): Promise<string> {
    const { quickInput } = this;
    await quickInput.waitFor();
    let proposed = '';
    // While the dialog reads folders it heeds neither Enter nor its button.
    await this.until(async () => {
      if (!(await quickInput.isVisible())) return true;
      const value = await quickInput.inputValue({ timeout: 2000 }).catch(() => '');
      if (value === '' || value.endsWith('/')) return false;
      proposed = value;
      await quickInput.press('Enter', { timeout: 2000 }).catch(() => undefined);
      return quickInput.waitFor({ state: 'hidden', timeout: 2000 }).then(
        () => true,
        () => false,
      );
    });
    return proposed;
  }

  /** Opens a view container of the activity bar. */
  async openView(name: string): Promise<void> {
    const item = this.page
      .locator(`.activitybar .action-item`)
      .filter({ has: this.page.locator(`[aria-label^="${name}"]`) });
    if ((await item.first().getAttribute('class'))?.includes('checked') !== true) await item.first().click();
    await this.page.locator('.sidebar .composite.title').filter({ hasText: name }).waitFor();
  }

  /** A row of the trees in the side bar. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
  }

  async closeEditors(): Promise<void> {
    await this.command('View: Close All Editors');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  }

  /** Presses Tab until something in a frame has the focus. */
  async tabTo(target: Locator): Promise<void> {
    const isFocused = (): Promise<boolean> =>
      target.evaluateAll(elements => elements.some(element => element === document.activeElement));
    for (let presses = 0; presses < 60; presses++) {
      if (await isFocused()) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error('Tab does not get there.');
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Waits until a condition holds that no element of the page tells. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const latest = Date.now() + PATIENCE;
    while (!(await holds())) {
      if (Date.now() > latest) throw new Error(`It did not come true within ${PATIENCE / 1000} s: ${String(holds)}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** What axe-core finds wrong in the webview that is visible: rule and places. */
  async accessibilityProblems(): Promise<string[]> {
    const script = fs.readFileSync(path.join(root, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
    const page = this.view.locator('html');
    // Through the debugger, as the page's policy keeps other scripts out.
    await page.evaluate(script);
    return page.evaluate(async html => {
      interface Axe {
        run(
          context: Element,
          options: object,
        ): Promise<{ violations: { id: string; help: string; nodes: { target: unknown[] }[] }[] }>;
      }
      const { axe } = html.ownerDocument.defaultView as unknown as { axe: Axe };
      const { violations } = await axe.run(html, { resultTypes: ['violations'] });
      return violations.map(
        ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(node => String(node.target)).join(', ')})`,
      );
    });
  }

  /** What a failing journey leaves behind: a picture and what was said in the background. */
  async describe(name: string): Promise<string> {
    await this.screenshot(`failed-${name.replace(/\W+/g, '-')}`).catch(() => undefined);
    return [...this.consoleErrors, this.editor.logs().slice(-400)].join('\n');
  }
}

/**
 * What this workbench reports as errors without our doing, as it is the part of code-server that we run alone: its own
 * pictures, update check and service worker are not served, and its optional native addons are not built.
 */
const ownNoise: readonly { readonly text: RegExp; readonly place?: RegExp }[] = [
  { text: /status of 404/, place: /\/_static\/src\/browser\/media\/|\/node_modules\/vsda\/|\/update\/check$/ },
  { text: /\(404\) was received when fetching the script/ },
  { text: /\[Service Worker\] registration/ },
  // What the editor says of itself when its page is loaded again.
  { text: /\[lifecycle\] Long running operations during shutdown|Unable to write file 'vscode-log:/ },
  // What it says of its own saving of a settings file, when the machine is slow to answer.
  { text: /Aborted onWillSaveTextDocument-event/ },
  { text: /native-watchdog|spdlog|Could not locate the bindings file/ },
];

function settingsFile(folder: string): string {
  return path.join(folder, '.vscode', 'settings.json');
}

/** The editor empties its file before it writes it: what is read in between is read again. */
function readSettings(folder: string): Record<string, unknown> {
  const file = settingsFile(folder);
  for (let attempt = 0; fs.existsSync(file); attempt++)
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    } catch (error) {
      if (attempt >= 40) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    }
  return {};
}

function writeSettings(folder: string, changes: Readonly<Record<string, unknown>>): void {
  fs.mkdirSync(path.dirname(settingsFile(folder)), { recursive: true });
  fs.writeFileSync(settingsFile(folder), JSON.stringify({ ...readSettings(folder), ...changes }, undefined, 2));
}
