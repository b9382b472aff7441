import fs from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { ensureChromium } from '../../scripts/lib/chromium.mjs';
import { onPath } from '../../scripts/lib/processes.mjs';

/** Where browsers are when they are not on PATH. */
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap(folder =>
    folder === undefined
      ? []
      : [
          path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          path.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ],
  ),
];

const commands = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/**
 * A headless browser: the one named by `CHROMIUM`, else an installed Chromium, Chrome or Edge, else the one that the npm
 * package @sparticuz/chromium carries (Linux on x64). Draws in software, so that pictures do not depend on a GPU.
 */
export async function launchBrowser(): Promise<Browser> {
  const installed =
    process.env.CHROMIUM ?? commands.map(name => onPath(name)).find(Boolean) ?? usualPlaces.find(fs.existsSync);
  const carried = installed === undefined ? await ensureChromium() : undefined;
  return chromium.launch({
    executablePath: carried?.executablePath ?? installed ?? '',
    env: { ...environment(), ...carried?.env },
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      // Pages are drawn by the processor; WebGL alone by the software device, through which pages would take a core for themselves.
      '--disable-gpu',
      '--enable-unsafe-swiftshader',
    ],
  });
}

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
