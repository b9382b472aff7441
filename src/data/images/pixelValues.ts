import type { InputTarget } from '../dataSet';

/**
 * The values that stand for pixels, as the preprocessor_config.json of a network says (Hugging Face): rescaled, less a mean, over a deviation, by channel. `undefined` where it
 * says nothing of the kind, or nothing sound.
 */
export function pixelValues(config: unknown, file: string): InputTarget['pixels'] {
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
