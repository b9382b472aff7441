/** Interleaved samples of an image. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/**
 * The image at another size: along each axis every new pixel is the mean of the old ones under a triangle as wide as two new pixels, or two old ones where those
 * are larger (bilinear with antialiasing, as Pillow, torchvision and tf.image resize). Proportions are not kept.
 */
export function resample(image: Samples, width: number, height: number): Samples {
  const across = image.width === width ? image : along(image, width, 'width');
  return across.height === height ? across : along(across, height, 'height');
}

function along(image: Samples, size: number, axis: 'width' | 'height'): Samples {
  const { channels, values } = image;
  const old = image[axis];
  const lines = axis === 'width' ? image.height : image.width;
  // Distance between neighbours along the axis, and between lines across it; before and after.
  const step = axis === 'width' ? channels : image.width * channels;
  const lineStep = axis === 'width' ? image.width * channels : channels;
  const newLineStep = axis === 'width' ? size * channels : channels;
  const result = new Float32Array(size * lines * channels);
  const scale = old / size;
  const support = Math.max(1, scale);
  const weights = new Float64Array(Math.ceil(2 * support) + 2);
  for (let i = 0; i < size; i++) {
    const centre = (i + 0.5) * scale;
    const from = Math.max(0, Math.floor(centre - support + 0.5));
    const to = Math.min(old, Math.floor(centre + support + 0.5));
    let sum = 0;
    for (let k = from; k < to; k++) sum += weights[k - from] = Math.max(0, 1 - Math.abs(k + 0.5 - centre) / support);
    for (let line = 0; line < lines; line++)
      for (let channel = 0; channel < channels; channel++) {
        let value = 0;
        let at = line * lineStep + from * step + channel;
        for (let k = from; k < to; k++, at += step) value += weights[k - from]! * values[at]!;
        result[line * newLineStep + i * step + channel] = value / sum;
      }
  }
  return axis === 'width'
    ? { width: size, height: image.height, channels, values: result }
    : { width: image.width, height: size, channels, values: result };
}
