/** Which values stand for pixels: scale · sample + offset of samples from 0 to 255, by channel, and how one says so. */
export interface PixelValues {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  /** Whether blue comes before red. */
  readonly reversed?: boolean;
  readonly words: string;
}

/** What a person can choose instead of what a network says of itself. */
export const PIXEL_CHOICES = ['unit', 'signed', 'bytes', 'imagenet'] as const;
export type PixelChoice = (typeof PIXEL_CHOICES)[number];

/** Mean and deviation of ImageNet's pixels, by channel, as torchvision's networks were trained with. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

export function chosenPixels(choice: PixelChoice): PixelValues {
  switch (choice) {
    case 'unit':
      return { scale: [1 / 255], offset: [0], words: 'scaled from 0–255 to 0–1' };
    case 'signed':
      return { scale: [1 / 127.5], offset: [-1], words: 'scaled from 0–255 to −1–1' };
    case 'bytes':
      return { scale: [1], offset: [0], words: 'kept from 0 to 255' };
    case 'imagenet':
      return {
        scale: IMAGENET.deviation.map(value => 1 / 255 / value),
        offset: IMAGENET.mean.map((value, channel) => -value / IMAGENET.deviation[channel]!),
        words: `less ${IMAGENET.mean.join(', ')}, over ${IMAGENET.deviation.join(', ')}, as networks of ImageNet`,
      };
  }
}

/**
 * The values that stand for pixels, as the preprocessor_config.json of a network says (Hugging Face): rescaled, less a mean, over a deviation, by channel. `undefined` where it
 * says nothing of the kind, or nothing sound.
 */
export function pixelValues(config: unknown, file: string): PixelValues | undefined {
  if (typeof config !== 'object' || config === null) return undefined;
  const said = config as Readonly<Record<string, unknown>>;
  const mean = channelsOf(said['image_mean']);
  const deviation = channelsOf(said['image_std']);
  const rescale = said['do_rescale'] === false ? 1 : (said['rescale_factor'] ?? 1 / 255);
  if (said['do_normalize'] === false || mean === undefined || deviation === undefined) return undefined;
  if (mean.length !== deviation.length || deviation.includes(0)) return undefined;
  if (typeof rescale !== 'number' || !Number.isFinite(rescale) || rescale === 0) return undefined;
  return {
    scale: deviation.map(value => rescale / value),
    offset: mean.map((value, channel) => -value / deviation[channel]!),
    words: `${rescale === 1 ? '' : `multiplied by ${written(rescale)}, `}less ${mean.map(written).join(', ')}, over ${deviation.map(written).join(', ')}, as ${file} says`,
  };
}

function channelsOf(value: unknown): readonly number[] | undefined {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const sound = list.every(item => typeof item === 'number' && Number.isFinite(item));
  return sound && (list.length === 1 || list.length === 3) ? (list as readonly number[]) : undefined;
}

function written(value: number): string {
  return Math.abs(value * 255 - 1) < 1e-4 ? '1/255' : String(Number(value.toPrecision(6)));
}
