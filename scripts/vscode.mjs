// `npm run vscode`: the sample workspace in VS Code with this extension. The desktop's `code` where it is there, else a
// server on this machine, for any browser.
import './lib/sayErrors.mjs';
import fs from 'node:fs';
import path from 'node:path';
import { out, root, shown } from './lib/folders.mjs';
import { ensureBuilt, ensureInstalled } from './lib/install.mjs';
import { onPath, run } from './lib/processes.mjs';
import { samples } from './lib/sample.mjs';
import { ensureServer, startServer } from './lib/vscodeServer.mjs';

await ensureInstalled();
await ensureBuilt();

// A copy, so that what is remembered about the workspace stays out of the repository.
const workspace = path.join(out, 'workspace');
fs.cpSync(samples, workspace, { recursive: true });

const desktop = process.argv.includes('--browser') ? undefined : onPath('code');
if (desktop) {
  process.stdout.write(`Opening ${shown(workspace)} in ${desktop}.\n`);
  process.exit((await run(desktop, ['--new-window', `--extensionDevelopmentPath=${root}`, workspace])).code);
}

const server = await ensureServer();
const data = path.join(out, 'vscode');
const extensions = path.join(data, 'extensions');
const { name, publisher, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
fs.rmSync(extensions, { recursive: true, force: true });
fs.mkdirSync(extensions, { recursive: true });
fs.symlinkSync(root, path.join(extensions, `${publisher}.${name}-${version}`), 'junction');
const asked = process.argv.find(parameter => parameter.startsWith('--port='))?.split('=')[1];
const { address } = await startServer(server, {
  data,
  extensions,
  ...(asked === undefined ? {} : { port: Number(asked) }),
});
process.stdout.write(`
VS Code with Neural Topology   ${address}?folder=${encodeURIComponent(workspace)}
Right-click a model in the explorer and choose Inspect Layer Topology. Ctrl-C stops the server.
`);
