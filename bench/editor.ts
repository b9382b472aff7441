import fs from 'node:fs';
import path from 'node:path';
import { writeBigOnnx, writeBigSafetensors } from '../test/engine/bigFiles';
import { launchBrowser } from '../test/e2e/browser';
import { startEditor } from '../test/e2e/harness/editor';
import { Workbench } from '../test/e2e/harness/workbench';
import { files, fillWorkspace } from '../test/e2e/harness/workspace';
import { timing, type Measurement, type Report } from './measurement';

const REPETITIONS = 5;
/** Milliseconds after which a menu takes a click for its own. */
const MENU_SETTLES = 600;

/**
 * A real VS Code, with the packaged extension: from the choice in the menu to what is drawn, and what the extension host holds while two large models are open. Beside both stands
 * the browser that draws the editor, without a graphics card.
 */
export async function run(): Promise<Report> {
  const browser = await launchBrowser();
  const editor = await startEditor(browser, true);
  try {
    const folder = editor.folder('measured');
    fillWorkspace(folder, 'deep');
    writeBigSafetensors(`${folder}/models/big.safetensors`);
    writeBigOnnx(`${folder}/models/big.onnx`);
    const window = await Workbench.open(editor, folder);
    const cold = await describe(window, files.deep);
    const warm: number[] = [];
    const previews: number[] = [];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      await window.closeEditors();
      warm.push(await describe(window, files.deep));
      await window.closeEditors();
      previews.push(await preview(window));
    }
    await window.closeEditors();
    const before = extensionHostBytes();
    const travelled = countTravelled(window);
    const opened = [await describe(window, 'models/big.safetensors'), await describe(window, 'models/big.onnx')];
    // To and fro: both stay.
    const back: number[] = [];
    for (const name of ['big.safetensors', 'big.onnx', 'big.safetensors']) {
      const started = performance.now();
      await window.tab(name).click();
      await shown(window, name, LAYERS);
      back.push(performance.now() - started);
    }
    const after = extensionHostBytes();
    const kilobytes = Math.round(travelled() / 1024);
    const grown = before === undefined || after === undefined ? {} : { memoryBytes: Math.max(0, after - before) };
    const peer = { name: 'Markdown preview of VS Code', timing: timing(previews) };
    const within = (atMost: number) => ({ of: 'milliseconds', atMost }) as const;
    const rows: readonly Measurement[] = [
      {
        what: 'ONNX of 502 layers: from the choice in the menu to the graph, the first time in a window',
        timing: timing([cold]),
        bounds: [within(2000)],
      },
      { what: 'ONNX of 502 layers: the same, later', timing: timing(warm), peer, bounds: [within(2000)] },
      {
        what: 'safetensors and ONNX of 1 GB, both described: from the menu to the page; what the extension host grows by',
        timing: timing(opened),
        ...grown,
        peer,
        bounds: [within(2000), { of: 'megabytes', atMost: 100 }],
      },
      { what: 'from one of them to the other, by their tabs', timing: timing(back), peer, bounds: [within(2000)] },
    ];
    const remark = `The editor of this measurement is a window on a server, as over Remote-SSH: while both models of 1 GB were opened and shown by turns, ${kilobytes} KB went from the server to the window, all that VS Code itself says among them.`;
    return { rows, remark, images: new Map() };
  } finally {
    await browser.close();
    await editor.stop();
  }
}

/** What a page has as soon as its layers are drawn. */
const LAYERS = '.node-focus, table.layers';

/** Milliseconds from choosing *Describe Model* in the menu of a file until its layers are drawn. */
async function describe(window: Workbench, file: string): Promise<number> {
  await window.openMenu(await window.file(file));
  await window.menuItem('Neural Topology').hover();
  await window.page.keyboard.press('ArrowRight');
  return chosen(window, 'Describe Model', path.basename(file), LAYERS);
}

/** The same for the preview of a text, which VS Code makes by itself: a page in a frame, too. */
async function preview(window: Workbench): Promise<number> {
  await window.openMenu(await window.file('README.md'));
  return chosen(window, 'Open Preview', 'Sample workspace', 'p');
}

async function chosen(window: Workbench, entry: string, title: string, drawn: string): Promise<number> {
  const item = window.menuItem(entry);
  await item.waitFor();
  await window.page.waitForTimeout(MENU_SETTLES);
  const started = performance.now();
  await item.click();
  await shown(window, title, drawn);
  return performance.now() - started;
}

/** Waits for a page with a heading and an element, looking often: a browser driver's own waiting takes steps of half a second. */
async function shown(window: Workbench, title: string, drawn: string): Promise<void> {
  const latest = Date.now() + 45_000;
  while (Date.now() < latest) {
    for (const frame of window.page.frames()) {
      const isThere = await frame
        .evaluate(
          ([heading, selector]) =>
            document.querySelector('h1')?.textContent.includes(heading) === true &&
            document.querySelector(selector) !== null,
          [title, drawn] as const,
        )
        .catch(() => false);
      if (isThere) return;
    }
    await window.page.waitForTimeout(20);
  }
  throw new Error(`${title} was not shown.`);
}

/** Counts what comes from the server to the window from now on: messages of VS Code, and with them those of pages. */
function countTravelled({ page }: Workbench): () => number {
  let bytes = 0;
  const session = page.context().newCDPSession(page);
  void session.then(async devtools => {
    devtools.on('Network.webSocketFrameReceived', ({ response }) => (bytes += response.payloadData.length));
    await devtools.send('Network.enable');
  });
  return () => bytes;
}

/** Memory that the extension hosts of this machine hold which this process started; undefined where it cannot be seen. */
function extensionHostBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const processes = fs.readdirSync('/proc').filter(name => /^\d+$/.test(name));
  const parents = new Map(processes.map(id => [id, parentOf(id)]));
  const isOurs = (id: string | undefined): boolean =>
    id !== undefined && (id === String(process.pid) || isOurs(parents.get(id)));
  const hosts = processes.filter(id => isOurs(id) && read(`/proc/${id}/cmdline`).includes('--type=extensionHost'));
  const kilobytes = hosts.map(id => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${id}/status`))?.[1] ?? 0));
  return hosts.length === 0 ? undefined : 1024 * kilobytes.reduce((sum, size) => sum + size, 0);
}

function parentOf(id: string): string | undefined {
  return /PPid:\s+(\d+)/.exec(read(`/proc/${id}/status`))?.[1];
}

/** Processes end while one looks. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
