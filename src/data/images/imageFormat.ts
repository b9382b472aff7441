import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import type { DataFormat } from '../format';
import { looksLikeJpeg, looksLikePng, readImageInfo } from './imageHeader';
import { describeImages, imageRows, noJpegs } from './imageSet';
import { decodePng } from './png';
import type { ImageFile } from './imageRows';

/** One PNG or JPEG: a row; or, as an array, its samples as they are. */
export const imageFormat: DataFormat = {
  name: 'image',
  matches: head => looksLikePng(head) || looksLikeJpeg(head),
  openRows(source, options) {
    refusePart(options.part, source.name);
    return imageRows([imageOf(source)], options, source.name, []);
  },
  readArray(source, options) {
    refusePart(options.part, source.name);
    const image = imageOf(source);
    const decode = image.info.kind === 'png' ? decodePng : (options.libraries?.decodeJpeg ?? noJpegs());
    const { width, height, samples, white, values } = decode(image.read(), image.name);
    const kept = image.info.colour ? 3 : 1;
    const all = new Float32Array(width * height * kept);
    for (let pixel = 0; pixel < width * height; pixel++)
      for (let sample = 0; sample < kept; sample++) all[pixel * kept + sample] = values[pixel * samples + sample]!;
    return {
      shape: kept === 1 ? [height, width] : [height, width, kept],
      values: all,
      type: white === 255 ? 'uint8' : 'uint16',
      part: undefined,
      columns: undefined,
      warnings: [],
      naturalScale: undefined,
    };
  },
  readLabels(source) {
    throw new Fault('unsupported', 'The file is an image, which holds no labels.', { source: source.name });
  },
  describe: (source, target) => describeImages([imageOf(source)], 'image', { rows: 1, classes: false, target }),
};

function imageOf(source: ByteSource): ImageFile {
  const read = () => source.read(0, source.size).slice();
  const info = readImageInfo(read(), source.size, quoted(source.name));
  if (info === undefined) throw new Fault('corrupt', 'The image ends within its header.', { source: source.name });
  return { name: quoted(source.name), info, read };
}

function refusePart(part: string | undefined, source: string): void {
  if (part !== undefined)
    throw new Fault('usage', `An image is one piece: nothing in it is called ${quoted(part)}.`, {
      hint: 'Leave the # and what follows out.',
      source,
    });
}
