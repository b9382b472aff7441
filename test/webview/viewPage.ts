import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { inlineWorkers } from '../../scripts/lib/inlineWorkers.mjs';
import { encodeResult } from '../../src/protocol/codec';
import type { AttentionToView } from '../../src/protocol/attention';
import type { DescribeToView } from '../../src/protocol/describe';
import type { MapperToView } from '../../src/protocol/mapper';
import type { FromView, InputPreview, ToView } from '../../src/protocol/panel';
import type { RedundancyToView } from '../../src/protocol/redundancy';
import type { TimelineToView } from '../../src/protocol/timeline';
import { THEMES, themeStyle, type ThemeName } from './themes';

/** The view in a browser, under the policy that VS Code's webviews have, with a host that records what it is sent. */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder of webview/. */
export type ViewName = 'inspect' | 'attention' | 'describe' | 'redundancy' | 'timeline' | 'mapper';

interface Bundle {
  readonly script: string;
  readonly style: string;
}

const built = new Map<ViewName, Promise<Bundle>>();

/** The bundle, as the extension ships it. */
export function bundle(name: ViewName = 'inspect'): Promise<Bundle> {
  const known = built.get(name);
  if (known !== undefined) return known;
  const made = esbuild
    .build({
      absWorkingDir: root,
      entryPoints: [`webview/${name}/main.ts`],
      bundle: true,
      plugins: [inlineWorkers()],
      minify: true,
      write: false,
      outdir: 'out',
      format: 'iife',
      target: ['chrome122', 'es2022'],
    })
    .then(({ outputFiles }) => {
      const text = (end: string): string => outputFiles.find(file => file.path.endsWith(end))?.text ?? '';
      return { script: text('.js'), style: text('.css') };
    });
  built.set(name, made);
  return made;
}

let decoder: Promise<string> | undefined;

/** What turns the text of a message into the message, in the page. */
function decoderScript(): Promise<string> {
  decoder ??= esbuild
    .build({
      absWorkingDir: root,
      stdin: {
        contents: `import { decodeResult } from './src/protocol/codec'; window.decodeMessage = decodeResult;`,
        resolveDir: root,
      },
      bundle: true,
      write: false,
      format: 'iife',
    })
    .then(({ outputFiles }) => outputFiles[0]!.text);
  return decoder;
}

const RECORDER = `
  const sent = []; let state = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
  window.sentMessages = sent;
  window.acquireVsCodeApi = () => ({
    postMessage: message => { sent.push(message); window.onSent?.(message); },
    getState: () => state,
    setState: next => { state = next; sessionStorage.setItem('state', JSON.stringify(next)); },
  });
  window.deliver = text => window.postMessage(window.decodeMessage(text), '*');
`;

export interface ViewPage {
  readonly page: Page;
  readonly problems: string[];
  readonly deliver: (
    ...messages: readonly (
      ToView | AttentionToView | DescribeToView | MapperToView | RedundancyToView | TimelineToView
    )[]
  ) => Promise<void>;
  readonly sent: () => Promise<FromView[]>;
  readonly close: () => Promise<void>;
}

export interface ViewOptions {
  readonly view?: ViewName;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
}

export async function openView(browser: Browser, options: ViewOptions = {}): Promise<ViewPage> {
  const { view = 'inspect', theme = 'light', width = 1400, height = 900 } = options;
  const { script, style } = await bundle(view);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-view-'));
  const files = {
    'recorder.js': (await decoderScript()) + RECORDER,
    'view.js': script,
    'view.css': style,
    'theme.css': themeStyle(theme),
  };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  const policy =
    "default-src 'none'; script-src file:; style-src file:; img-src blob: data:; font-src file:; worker-src blob:";
  fs.writeFileSync(
    path.join(folder, 'view.html'),
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>View</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="view.css"></head>
<body class="${THEMES[theme].bodyClass}"><main id="neural-topology-app"></main>
<script src="recorder.js"></script><script src="view.js"></script></body></html>`,
  );
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  await page.goto(pathToFileURL(path.join(folder, 'view.html')).href);
  return {
    page,
    problems,
    async deliver(...messages) {
      for (const message of messages) {
        await page.evaluate(text => {
          (window as unknown as { deliver(text: string): void }).deliver(text);
        }, encodeResult(message));
      }
      await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    },
    sent: () => page.evaluate(() => (window as unknown as { sentMessages: FromView[] }).sentMessages),
    async close() {
      await context.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A picture of a digit, for the rows that a view asks for. */
export function makeInput(row: number): InputPreview {
  const pixels = new Uint8Array(64);
  for (let i = 0; i < 64; i++) {
    const [x, y] = [(i % 8) - 3.5, Math.floor(i / 8) - 3.5];
    const radius = Math.hypot(x, y * 0.8);
    pixels[i] = Math.max(0, Math.min(255, 255 - Math.abs(radius - 2.2 - (row % 3) * 0.3) * 190));
  }
  const label = String(row % 10);
  return {
    kind: 'image',
    row,
    width: 8,
    height: 8,
    channels: 1,
    pixels,
    label,
    predicted: row % 7 === 0 ? '3' : label,
  };
}
