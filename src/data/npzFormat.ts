import { Fault } from '../base/fault';
import type { DataDescription } from './dataSet';
import type { DataFormat } from './format';
import { rawLabelsOfTexts } from './labels';
import { readNpy, readNpyStrings } from './npy';
import { choiceOf, looksLikeLabels, rawLabelsOfArray } from './npyFormat';
import { chooseArray, customaryRank, openNpz, peekHeader } from './npz';

/** numpy's .npz: a zip archive of .npy. */
export const npzFormat: DataFormat = {
  name: 'npz',
  matches: head =>
    head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6)),
  readArray(source, options) {
    const archive = openNpz(source);
    const name = chooseArray(archive, 'data', options.part, options.without ?? [], source.name);
    return {
      ...readNpy(archive.open(name), archive.where(name), options.cancellation),
      part: name,
      columns: undefined,
      naturalScale: undefined,
    };
  },
  readLabels(source, options) {
    const archive = openNpz(source);
    const part = chooseArray(archive, 'labels', options.part, [], source.name);
    const texts = readNpyStrings(archive.open(part), archive.where(part), options.cancellation);
    if (texts) return { raw: rawLabelsOfTexts(texts.strings), part };
    return {
      raw: rawLabelsOfArray(readNpy(archive.open(part), archive.where(part), options.cancellation), source.name),
      part,
    };
  },
  describe(source): DataDescription {
    const archive = openNpz(source);
    const heads = archive.names.map(name => ({ name, header: peekHeader(archive, name) }));
    const sound = heads.flatMap(({ name, header }) => (header instanceof Fault ? [] : [{ name, header }]));
    const labels = sound.filter(({ header }) => looksLikeLabels(header)).map(({ name }) => name);
    const choices = sound
      .filter(({ name }) => !labels.includes(name))
      .flatMap(({ name, header }) => choiceOf(header, name));
    return {
      format: 'npz',
      choices: choices.sort((a, b) => customaryRank(a.part!, 'data') - customaryRank(b.part!, 'data')),
      labels: labels.sort((a, b) => customaryRank(a, 'labels') - customaryRank(b, 'labels')),
      arrays: heads.map(({ name, header }) =>
        header instanceof Fault
          ? { name, shape: [], type: undefined }
          : { name, shape: header.shape, type: header.type },
      ),
      columns: undefined,
    };
  },
};
