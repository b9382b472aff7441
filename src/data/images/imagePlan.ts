import type { DataOptions, InputTarget } from '../dataSet';
import type { ImageInfo } from './imageHeader';
import { chosenPixels, type PixelChoice, type PixelValues } from './pixelValues';

/** How images become rows that a network takes, settled for all of them. */
export interface ImagePlan {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly order: 'channels first' | 'channels last';
  readonly rowShape: readonly number[];
  /** A row's value is scale · sample + offset, of samples from 0 to 255, by channel. */
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** Whether blue comes before red. */
  readonly reversed: boolean;
  /** What is done, as a sentence part. */
  readonly treatment: string;
}

/** What there is to choose from: the sizes of the images, and whether any has a colour. */
export interface ImageSizes {
  /** The first image of each size, the commonest first. */
  readonly sizes: readonly Pick<ImageInfo, 'width' | 'height'>[];
  readonly colour: boolean;
}

/**
 * Size, channels and their order from the network's input where it says them: [N, C, H, W], [N, H, W, C] or [N, H, W]; a flat input of as many values as the
 * images have, in grey or in colour, takes them as they are. What the input leaves open, and everything without one, is the images' own: `undefined` where
 * they have several sizes and nothing says which. Values are scaled to 0–1 unless others are chosen or the network is known to take others.
 */
export function planImages(
  { sizes, colour }: ImageSizes,
  target: InputTarget | undefined,
  chosen: Pick<DataOptions, 'scale' | 'pixels'> = {},
): ImagePlan | undefined {
  const asked = askedOf(target, sizes, colour);
  const own = sizes[0]!;
  const width = asked.width ?? own.width;
  const height = asked.height ?? own.height;
  const resized = sizes.some(size => size.width !== width || size.height !== height);
  if (resized && sizes.length > 1 && (asked.width === undefined || asked.height === undefined)) return undefined;
  const channels = asked.channels ?? (colour ? 3 : 1);
  const order = asked.order ?? (target?.channelsLast === true ? 'channels last' : 'channels first');
  const values = valuesOf(channels, target, chosen);
  const said = [
    `images of ${width} × ${height} pixels`,
    channels === 3 ? `in colour (${order})` : 'in grey',
    ...(resized
      ? [sizes.length === 1 ? `resized from ${own.width} × ${own.height}` : `resized from ${sizes.length} sizes`]
      : []),
    ...(channels === 1 && colour ? ['made grey'] : []),
    ...(channels === 3 && !colour ? ['grey taken for all three channels'] : []),
    values.words,
  ];
  return {
    width,
    height,
    channels,
    order,
    rowShape: order === 'channels first' ? [channels, height, width] : [height, width, channels],
    scale: values.scale,
    offset: values.offset,
    reversed: values.reversed,
    treatment: said.join(', '),
  };
}

interface Asked {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly channels?: 1 | 3 | undefined;
  readonly order?: ImagePlan['order'] | undefined;
}

function askedOf(target: InputTarget | undefined, sizes: ImageSizes['sizes'], colour: boolean): Asked {
  const shape = target?.shape;
  if (shape === undefined) return {};
  const [batch, a, b, c] = shape;
  const side = (dim: number | null | undefined) => dim ?? undefined;
  if (shape.length === 4) {
    const firstIs = isChannels(a) && !(target?.channelsLast === true && isChannels(c));
    if (firstIs) return { channels: a, height: side(b), width: side(c), order: 'channels first' };
    if (isChannels(c)) return { channels: c, height: side(a), width: side(b), order: 'channels last' };
    // Free channels: the side that is larger than any number of channels is a side.
    if (a === null && c !== null) return { height: side(b), width: side(c), order: 'channels first' };
    if (c === null && a !== null) return { height: side(a), width: side(b), order: 'channels last' };
    return {};
  }
  if (shape.length === 3) {
    // A network of one image has no axis for the batch.
    if (batch === 3) return { channels: 3, height: side(a), width: side(b), order: 'channels first' };
    if (b === 3 && batch !== null) return { channels: 3, height: side(batch), width: side(a), order: 'channels last' };
    return { channels: 1, height: side(a), width: side(b) };
  }
  if (shape.length === 2 && a !== null && sizes.length === 1) {
    const pixels = sizes[0]!.width * sizes[0]!.height;
    if (a === 3 * pixels) return { channels: 3 };
    if (a === pixels) return { channels: 1 };
  }
  return { channels: colour ? 3 : 1 };
}

function isChannels(dim: number | null | undefined): dim is 1 | 3 {
  return dim === 1 || dim === 3;
}

function valuesOf(
  channels: number,
  target: InputTarget | undefined,
  { scale, pixels }: Pick<DataOptions, 'scale' | 'pixels'>,
): Required<PixelValues> {
  const values = scale === undefined ? pixelsFor(target, pixels) : multipliedBy(scale);
  const each = (list: readonly number[]) =>
    Array.from({ length: channels }, (_, channel) => list[channel % list.length]!);
  const reversed = values.reversed === true && channels === 3;
  return { scale: each(values.scale), offset: each(values.offset), reversed, words: values.words };
}

function multipliedBy(scale: number): PixelValues {
  return { scale: [scale], offset: [0], words: `multiplied by ${scale}` };
}

/** What stands for the pixels of images: as chosen, as the network says, 0 to 255 for whole numbers, else 0 to 1. */
export function pixelsFor(target: InputTarget | undefined, chosen: PixelChoice | undefined): PixelValues {
  if (chosen !== undefined) return chosenPixels(chosen);
  if (target?.pixels !== undefined) return target.pixels;
  if (target !== undefined && /^u?int/.test(target.type))
    return { ...chosenPixels('bytes'), words: 'kept as whole numbers from 0 to 255, as the input takes them' };
  return chosenPixels('unit');
}
