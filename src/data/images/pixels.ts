/** A decoded image, its samples pixel after pixel, rows from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Grey, grey and alpha, RGB, RGB and alpha. */
  readonly samples: 1 | 2 | 3 | 4;
  /** What stands for white. */
  readonly white: 255 | 65535;
  readonly values: Uint8Array | Uint16Array;
}

/** Decodes an image; throws `corrupt` or `unsupported`, naming it. */
export type Decode = (bytes: Uint8Array<ArrayBuffer>, name: string) => Pixels;

/**
 * The samples as `channels` numbers a pixel from 0 to 255, in the same order; alpha is left out. Colour becomes grey by its luma (ITU-R BT.601, rounded to
 * bytes as Pillow does), grey becomes colour by standing for all three.
 */
export function toChannels(pixels: Pixels, channels: 1 | 3): Float32Array {
  const { samples, values } = pixels;
  const count = pixels.width * pixels.height;
  const result = new Float32Array(count * channels);
  const scale = 255 / pixels.white;
  const colour = samples >= 3;
  for (let pixel = 0; pixel < count; pixel++) {
    const from = pixel * samples;
    const to = pixel * channels;
    if (colour && channels === 3)
      for (let channel = 0; channel < 3; channel++) result[to + channel] = values[from + channel]! * scale;
    else if (colour) result[to] = luma(values[from]!, values[from + 1]!, values[from + 2]!) * scale;
    else for (let channel = 0; channel < channels; channel++) result[to + channel] = values[from]! * scale;
  }
  return result;
}

/** Weights of 2⁻¹⁶, whose sum is 1: the division is exact in a double for samples of 16 bits, too. */
function luma(red: number, green: number, blue: number): number {
  return Math.floor((red * 19595 + green * 38470 + blue * 7471 + 0x8000) / 0x10000);
}
