import { allocate } from '../memory';
import { looksLikePng } from './imageHeader';
import type { ImageInfo } from './imageHeader';
import type { ImagePlan } from './imagePlan';
import { toChannels, type Decode } from './pixels';
import { decodePng } from './png';
import { resample } from './resample';

/** An image whose header was read. */
export interface ImageFile {
  readonly name: string;
  readonly info: ImageInfo;
  read(): Uint8Array<ArrayBuffer>;
}

/** Images as rows: each is read and decoded when it is asked for, and none is kept. */
export class ImageRows {
  readonly rows: number;
  readonly rowShape: readonly number[];
  private all: Float32Array<ArrayBuffer> | undefined;

  constructor(
    private readonly images: readonly ImageFile[],
    private readonly plan: ImagePlan,
    private readonly decodeJpeg: Decode,
    private readonly source: string,
  ) {
    this.rows = images.length;
    this.rowShape = plan.rowShape;
  }

  /** Writes one row into `target` from `at` on. Throws `corrupt` and `unsupported`, naming the image. */
  readRow(row: number, target: Float32Array | Float64Array, at: number): void {
    const image = this.images[row]!;
    const { width, height, channels, order, scale, offset, reversed } = this.plan;
    const bytes = image.read();
    const pixels = (looksLikePng(bytes) ? decodePng : this.decodeJpeg)(bytes, image.name);
    const samples = { width: pixels.width, height: pixels.height, channels, values: toChannels(pixels, channels) };
    const { values } = resample(samples, width, height);
    const count = width * height;
    for (let pixel = 0; pixel < count; pixel++)
      for (let channel = 0; channel < channels; channel++) {
        const to = order === 'channels first' ? channel * count + pixel : pixel * channels + channel;
        const from = reversed ? channels - 1 - channel : channel;
        target[at + to] = values[pixel * channels + from]! * scale[channel]! + offset[channel]!;
      }
  }

  /** All rows at once, read when first asked for. Throws `too-large` where they do not fit, and as `readRow`. */
  get values(): Float32Array<ArrayBuffer> {
    if (this.all !== undefined) return this.all;
    const width = this.plan.width * this.plan.height * this.plan.channels;
    const all = allocate(Float32Array, this.rows * width, this.source);
    for (let row = 0; row < this.rows; row++) this.readRow(row, all, row * width);
    return (this.all = all);
  }
}
