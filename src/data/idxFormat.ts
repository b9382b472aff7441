import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import { streamOf, type ByteStream } from '../base/byteStream';
import type { DataDescription } from './dataSet';
import type { DataFormat } from './format';
import { looksLikeGzip, streamOfGzip } from './gzip';
import { looksLikeIdx, readIdx, readIdxHeader } from './idx';
import { choiceOf, looksLikeLabels, rawLabelsOfArray } from './npyFormat';
import { quoted } from '../base/text';

/** IDX, the format of the MNIST files, plain or compressed with gzip. */
export const idxFormat: DataFormat = {
  name: 'idx',
  matches: head => looksLikeIdx(head) || looksLikeGzip(head),
  readArray(source, options) {
    const array = readIdx(open(source, options.part), options.cancellation);
    const images = array.type === 'uint8' && array.shape.length >= 3;
    return { ...array, part: undefined, columns: undefined, naturalScale: images ? 1 / 255 : undefined };
  },
  readLabels(source, options) {
    return {
      raw: rawLabelsOfArray(readIdx(open(source, options.part), options.cancellation), source.name),
      part: undefined,
    };
  },
  describe(source): DataDescription {
    const header = readIdxHeader(open(source, undefined));
    return {
      format: 'idx',
      choices: choiceOf(header, undefined),
      labels: looksLikeLabels(header) ? [''] : [],
      arrays: [{ name: '', shape: header.shape, type: header.type }],
      columns: undefined,
    };
  },
};

function open(source: ByteSource, part: string | undefined): ByteStream {
  if (part !== undefined)
    throw new Fault('usage', `An IDX file holds one array: nothing in it is called ${quoted(part)}.`, {
      hint: 'Leave the # and what follows out.',
      source: source.name,
    });
  if (!looksLikeGzip(source.read(0, Math.min(3, source.size)))) return streamOf(source);
  const look = streamOfGzip(source);
  if (look.size < 4 || !looksLikeIdx(look.take(4)))
    throw new Fault('unsupported', 'The file is compressed with gzip, and what is in it is no IDX.', {
      hint: 'Unpack it first.',
      source: source.name,
    });
  return streamOfGzip(source);
}
