// Compiles kernels/*.as (AssemblyScript) to WebAssembly and writes the modules, as bytes in a source file, to
// src/topology/kernels/. `node scripts/kernels.mjs` after a change of a kernel; a test compares the two.
import asc from 'assemblyscript/asc';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');

/** The kernels, which import the other files of their folder, and the files that their bytes are in. */
export const kernels = ['rips', 'spanningTree'].map(name => ({
  name,
  source: path.join(root, 'kernels', `${name}.as`),
  bytes: path.join(root, 'src', 'topology', 'kernels', `${name}Bytes.ts`),
}));

/**
 * The module's bytes. Throws with the compiler's words.
 * @param {string} source
 * @returns {Promise<Uint8Array>}
 */
export async function compile(source) {
  /** @type {Uint8Array | undefined} */
  let binary;
  // Memory that threads share has a limit; `webAssembly.ts` makes a module for memory of one thread of the same bytes.
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--enable', 'threads', ...memory];
  const { error, stderr } = await asc.main(['kernel.ts', '--outFile', 'kernel.wasm', ...flags], {
    // The extension of AssemblyScript's sources is .ts; ours keep away from the tools that take them for TypeScript.
    readFile: name => {
      const file = name === 'kernel.ts' ? source : path.join(path.dirname(source), `${path.basename(name, '.ts')}.as`);
      return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) throw new Error(`${path.basename(source)}: ${stderr.toString()}`);
  return binary;
}

/**
 * The source file that holds a module.
 * @param {string} name
 * @param {Uint8Array} bytes
 */
export function bytesFile(name, bytes) {
  const rows = [];
  for (let i = 0; i < bytes.length; i += 32) rows.push(`  ${bytes.slice(i, i + 32).join(', ')},`);
  return [
    `// Made from kernels/${name}.as by scripts/kernels.mjs: change that file, then run \`node scripts/kernels.mjs\`.`,
    '// prettier-ignore',
    `export const ${name}Bytes = Uint8Array.from([`,
    ...rows,
    ']);',
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { name, source, bytes } of kernels) {
    const binary = await compile(source);
    fs.mkdirSync(path.dirname(bytes), { recursive: true });
    fs.writeFileSync(bytes, bytesFile(name, binary));
    console.log(`${name}: ${binary.length} bytes`);
  }
}
