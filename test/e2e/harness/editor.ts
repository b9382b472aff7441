import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ensureVsix } from '../../../scripts/lib/vsix.mjs';
import { ensureServer, installExtension, startServer } from '../../../scripts/lib/vscodeServer.mjs';

/** A VS Code server with the packaged extension, and a browser: shared by the journeys, as they take seconds to start. */
export interface Editor {
  readonly browser: Browser;
  /** Where the server answers, with a slash at its end. */
  readonly address: string;
  /** What the server, the extension host and our own output channel wrote. */
  logs(): string;
  /** Connections to other machines that Node processes of the server tried, extension hosts and our workers among them. */
  foreignConnections(): string[];
  /** A folder for one journey. */
  folder(name: string): string;
  stop(): Promise<void>;
}

/** What every window starts with: nothing that moves, asks or phones home. */
const userSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.list.smoothScrolling': false,
  'workbench.reduceMotion': 'on',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'window.menuBarVisibility': 'classic',
  'window.confirmBeforeClose': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  // Newer versions open some editors as dialogs, which keep the palette out.
  'workbench.editor.useModal': 'off',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'typescript.disableAutomaticTypeAcquisition': true,
  'npm.autoDetect': 'off',
  'files.simpleDialog.enable': true,
  'explorer.compactFolders': false,
  'remote.autoForwardPorts': false,
  'extensions.webWorker': false,
};

/** Every server of a run has the same package, whatever is edited meanwhile. */
let packaged: Promise<string> | undefined;

/**
 * Starts a server for a browser. Whatever happens to this process, it does not outlive it.
 *
 * `trusted` says whether folders are trusted without being asked; without, they open in Restricted Mode.
 */
export async function startEditor(browser: Browser, trusted: boolean): Promise<Editor> {
  packaged ??= ensureVsix();
  const [vsix, server] = await Promise.all([packaged, ensureServer()]);
  const run = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-e2e-'));
  const data = path.join(run, 'data');
  const extensions = path.join(run, 'extensions');
  for (const folder of [path.join(data, 'User'), path.join(data, 'Machine'), extensions])
    fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(data, 'User', 'settings.json'), JSON.stringify(userSettings));
  await installExtension(server, vsix, { data, extensions });
  // A home of its own: nothing of the person who runs the suite is read or written.
  const connections = path.join(run, 'connections.log');
  const env = {
    ...process.env,
    HOME: run,
    XDG_CONFIG_HOME: path.join(run, 'config'),
    XDG_CACHE_HOME: undefined,
    NODE_OPTIONS: `--require ${path.join(__dirname, 'connectionRecorder.cjs')}`,
    CONNECTION_LOG: connections,
  };
  const running = await startServer(server, { data, extensions, env, trusted });
  return {
    browser,
    address: running.address,
    logs: () =>
      [running.log, ...logFiles(path.join(data, 'logs'))].map(file => fs.readFileSync(file, 'utf8')).join('\n'),
    foreignConnections: () =>
      fs.existsSync(connections) ? fs.readFileSync(connections, 'utf8').split('\n').filter(Boolean) : [],
    folder(name) {
      const folder = path.join(run, 'workspaces', name);
      fs.mkdirSync(folder, { recursive: true });
      return folder;
    },
    async stop() {
      await running.stop();
      fs.rmSync(run, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function logFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? logFiles(file) : file.endsWith('.log') ? [file] : [];
  });
}
