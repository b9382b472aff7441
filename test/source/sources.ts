import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Cancellation } from '../../src/base/cancellation';
import type { SourceNetwork } from '../../src/source/networks';
import { Grammars } from '../../src/source/parser';
import { SourceProgram } from '../../src/source/sourceProgram';

const resolve = createRequire(import.meta.url).resolve;
const folderOf = (name: string) => path.dirname(resolve(`${name}/package.json`));
const PACKAGES = {
  python: 'tree-sitter-python',
  javascript: 'tree-sitter-javascript',
  typescript: 'tree-sitter-typescript',
  tsx: 'tree-sitter-typescript',
} as const;

/** Where npm has the WebAssembly of the parser or of a grammar. */
export function grammarFile(name: string): string {
  return name === 'web-tree-sitter'
    ? resolve('web-tree-sitter/web-tree-sitter.wasm')
    : path.join(folderOf(PACKAGES[name.replace('tree-sitter-', '') as keyof typeof PACKAGES]), `${name}.wasm`);
}

/** The parser and grammars as npm has them. */
export const grammars = new Grammars({
  parser: () => fs.readFileSync(grammarFile('web-tree-sitter')),
  grammar: name => fs.readFileSync(grammarFile(`tree-sitter-${name}`)),
});

/** A workspace of texts, as of /w. */
export function programOf(files: Readonly<Record<string, string>>): SourceProgram {
  return new SourceProgram(grammars, { roots: ['/w'], text: file => files[file.replace('/w/', '')] });
}

export async function networksIn(
  files: Readonly<Record<string, string>>,
  file = Object.keys(files)[0]!,
): Promise<readonly SourceNetwork[]> {
  return (await programOf(files).analyse(`/w/${file}`, Cancellation.never)).networks;
}

/** Each layer on a line: its path, operator and sizes as `role=value`. */
export function outline({ layers }: SourceNetwork): string[] {
  return layers.map(({ path: name, op, sizes }) =>
    [name, op, ...sizes.map(({ role, value }) => `${role}=${value ?? '?'}`)].join(' '),
  );
}
