// The licences of what is bundled, which ask to be passed on.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './folders.mjs';

/**
 * The text of dist/ThirdPartyNotices.txt.
 * @param {readonly string[]} files that took part in the build, relative to the repository
 * @param {readonly string[]} copied names of packages that are shipped as they are
 */
export function thirdPartyNotices(files, copied) {
  const bundled = files.flatMap(file => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const names = [...new Set([...bundled, ...copied])].sort();
  return ['What this package includes of others, and their licences.', ...names.map(notice)].join('\n\n');
}

/** @param {string} name */
function notice(name) {
  const folder = path.join(root, 'node_modules', ...name.split('/'));
  const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const texts = fs.readdirSync(folder).filter(file => /^(licen[cs]e|copying|notice)/i.test(file));
  texts.push(...(elsewhere[name] ?? []));
  const holder = withoutFile[name];
  const heading = `${name} ${version} (${license})`;
  if (holder !== undefined) return [heading, `Copyright (c) ${holder}`, mit].join('\n\n');
  if (texts.length === 0 && license === 'Apache-2.0') return [heading, apache].join('\n\n');
  // A test refuses to ship this.
  if (texts.length === 0) return `${heading}\n\nNO LICENCE FILE`;
  const read = texts.map(file => fs.readFileSync(path.join(folder, file), 'utf8').trim());
  return [heading, ...read].join('\n\n');
}

/**
 * Packages under the MIT licence that do not carry its text, and who holds the copyright.
 * @type {Readonly<Record<string, string>>}
 */
const withoutFile = {
  'onnxruntime-common': 'Microsoft Corporation',
  'onnxruntime-node': 'Microsoft Corporation',
  'onnxruntime-web': 'Microsoft Corporation',
  seedrandom: 'David Bau',
};

/**
 * Licences of what a package is made of, where they lie deeper in it.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const elsewhere = { '@jsquash/jpeg': ['codec/LICENSE.codec.md'] };

/** The Apache licence, as a package has it that is bundled along with those of TensorFlow.js, which do not carry it. */
const apache = fs.readFileSync(path.join(root, 'node_modules', 'long', 'LICENSE'), 'utf8').trim();

/** The MIT licence, as the repository has it, from its first paragraph on. */
const mit = fs
  .readFileSync(path.join(root, 'LICENSE'), 'utf8')
  .replace(/^[^]*?(?=Permission is hereby granted)/, '')
  .trim();
