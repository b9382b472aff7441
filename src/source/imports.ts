/** Where the file of an import may be, best first, as absolute paths with slashes; `roots` are the folders that modules are looked for in. */
export function importCandidates(module: string, from: string, roots: readonly string[]): readonly string[] {
  return from.endsWith('.py') ? pythonCandidates(module, from, roots) : scriptCandidates(module, from);
}

function pythonCandidates(module: string, from: string, roots: readonly string[]): readonly string[] {
  const dots = /^\.*/.exec(module)![0].length;
  const path = module
    .slice(dots)
    .split('.')
    .filter(part => part !== '')
    .join('/');
  const folder = folderOf(from);
  if (dots > 0) {
    let base = folder;
    for (let up = 1; up < dots; up++) base = folderOf(base);
    return path === '' ? [`${base}/__init__.py`] : [`${base}/${path}.py`, `${base}/${path}/__init__.py`];
  }
  // The folder of the script is where Python looks first; then the folders above it, up to the root of the workspace.
  const folders = [folder];
  for (let above = folder; roots.some(root => above.startsWith(`${root}/`));) {
    above = folderOf(above);
    folders.push(above);
  }
  for (const root of roots) folders.push(root, `${root}/src`);
  return [...new Set(folders)].flatMap(base => [`${base}/${path}.py`, `${base}/${path}/__init__.py`]);
}

function scriptCandidates(module: string, from: string): readonly string[] {
  // Of the person's own files alone: packages are libraries.
  if (!module.startsWith('.')) return [];
  const parts = folderOf(from).split('/');
  for (const part of module.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  const path = parts.join('/');
  const plain = path.replace(/\.(?:js|mjs|cjs|jsx)$/, '');
  const endings = ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.jsx'];
  return [
    ...endings.map(ending => plain + ending),
    ...(plain === path ? [] : [path]),
    `${path}/index.ts`,
    `${path}/index.js`,
  ];
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
