import fs from 'node:fs';
import path from 'node:path';

const page = fs.readFileSync(path.resolve(import.meta.dirname, '..', '..', 'docs', 'library.md'), 'utf8');

/** The examples of docs/library.md, and what they say that they print. */
export const libraryExamples = [...page.matchAll(/^## (.*)\n[^]*?```js\n([^]*?)```/gm)].map(
  ([, title = '', code = '']) => ({
    title,
    code,
    printed: [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line = '']) => line),
  }),
);
