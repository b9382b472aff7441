import fs from 'node:fs';

/** Cases with reference values; see test/fixtures/topology/README.md. */
export function readFixture<Case>(name: string): Case[] {
  return JSON.parse(fs.readFileSync(new URL(`../fixtures/topology/${name}`, import.meta.url), 'utf8')) as Case[];
}
