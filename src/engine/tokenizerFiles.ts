import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import type { DataLibraries } from '../data/dataSet';
import { textFacts, type TokenizerChoice } from '../data/text/tokenizer';
import { contentHash, FileSource } from './files';

/** A tokenizer's choice, and which file it came from once it was opened. */
export interface FoundTokenizer extends TokenizerChoice {
  readonly used: () => { readonly name: string; readonly sha256: string } | undefined;
}

const VOCABULARIES = ['tokenizer.json', 'vocab.txt'];

/**
 * The tokenizer for texts: the file, or the folder of one, that was named; else tokenizer.json or vocab.txt beside the model, then beside the data. No link is followed to
 * those that were not named. Files are opened when texts come, not before.
 */
export function findTokenizer(
  named: string | undefined,
  folders: readonly string[],
  libraries: DataLibraries | undefined,
  store: DisposableStore,
): FoundTokenizer {
  let used: { readonly name: string; readonly sha256: string } | undefined;
  const folder = named === undefined ? undefined : isFolder(named) ? named : path.dirname(named);
  const beside = (name: string): FileSource | undefined => {
    for (const place of [...(folder === undefined ? [] : [folder]), ...folders]) {
      const found = path.join(place, name);
      const stat = fs.lstatSync(found, { throwIfNoEntry: false });
      if (stat?.isFile() === true) return store.add(FileSource.open(found, found, { followLinks: false }));
    }
    return undefined;
  };
  const vocabulary = (): FileSource | undefined => {
    if (named !== undefined && folder !== named) return store.add(FileSource.open(named));
    for (const name of VOCABULARIES) {
      const found = beside(name);
      if (found !== undefined && (folder === undefined || path.dirname(found.path) === folder)) return found;
    }
    if (folder === undefined) return undefined;
    throw new Fault('not-found', `There is no ${VOCABULARIES.join(' and no ')} in the folder ${named}.`, {
      source: '--vocab',
    });
  };
  return {
    given: named !== undefined,
    used: () => used,
    facts: () => textFacts(beside('tokenizer_config.json'), beside('config.json')),
    open() {
      const source = vocabulary();
      if (source === undefined || libraries === undefined) return undefined;
      used = { name: source.name, sha256: contentHash(source) };
      return libraries.openTokenizer({
        vocabulary: source,
        settings: beside('tokenizer_config.json'),
        network: beside('config.json'),
      });
    },
  };
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
