/**
 * A linear map whose products are told by loops instead of a matrix, so that a convolution keeps its few weights. The same loops run with the weights, and with their magnitudes, which
 * is what bounds need.
 */
export interface LinearMap {
  readonly inputs: number;
  readonly outputs: number;
  /** Products that are summed for an output, at most. */
  readonly terms: number;
  /** Multiplications of one pass. */
  readonly cost: number;
  /** y += W x. */
  apply(weights: Float64Array, x: Float64Array, y: Float64Array): void;
  /** x += Wᵀ y. */
  transpose(weights: Float64Array, y: Float64Array, x: Float64Array): void;
}

/** A matrix (outputs × inputs) on each of some positions, which lie one after the other. */
export class DenseMap implements LinearMap {
  readonly inputs: number;
  readonly outputs: number;
  readonly terms: number;
  readonly cost: number;

  constructor(
    readonly rows: number,
    readonly columns: number,
    readonly positions: number,
  ) {
    this.inputs = columns * positions;
    this.outputs = rows * positions;
    this.terms = columns;
    this.cost = rows * columns * positions;
  }

  apply(weights: Float64Array, x: Float64Array, y: Float64Array): void {
    const { rows, columns, positions } = this;
    for (let p = 0; p < positions; p++)
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let k = 0, w = i * columns, from = p * columns; k < columns; k++) sum += weights[w + k]! * x[from + k]!;
        y[p * rows + i] = y[p * rows + i]! + sum;
      }
  }

  transpose(weights: Float64Array, y: Float64Array, x: Float64Array): void {
    const { rows, columns, positions } = this;
    for (let p = 0; p < positions; p++)
      for (let i = 0; i < rows; i++) {
        const slope = y[p * rows + i]!;
        if (slope === 0) continue;
        for (let k = 0, w = i * columns, to = p * columns; k < columns; k++)
          x[to + k] = x[to + k]! + slope * weights[w + k]!;
      }
  }
}

/** Where the values of an image or sequence lie: channel c at row i, column j. */
export interface ImageLayout {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly channelsLast: boolean;
}

/** A window that goes over positions, rows before columns; a sequence has one row. */
export interface Window2D {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padsBefore: readonly [number, number];
  readonly padsAfter: readonly [number, number];
}

/** Positions that a window has, on either axis. */
export function windowPositions(image: ImageLayout, window: Window2D): readonly [number, number] {
  const along = (axis: 0 | 1, size: number) => {
    const reach = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    return Math.floor((size + window.padsBefore[axis] + window.padsAfter[axis] - reach) / window.strides[axis]) + 1;
  };
  return [along(0, image.height), along(1, image.width)];
}

function strideOf({ channels, height, width, channelsLast }: ImageLayout): readonly [number, number] {
  return channelsLast ? [1, channels] : [height * width, 1];
}

/** A convolution, with weights [outputs, channels of a group, rows, columns]: the values under the window are gathered for each position, so that what is summed lies side by side. */
export class ConvolutionMap implements LinearMap {
  readonly inputs: number;
  readonly outputs: number;
  readonly terms: number;
  readonly cost: number;
  readonly after: ImageLayout;
  /** groups × positions × terms: the place of the input under the window; −1 for padding. */
  private readonly places: Int32Array;
  private readonly gathered: Float64Array;
  private readonly positions: number;

  constructor(
    readonly before: ImageLayout,
    filters: number,
    readonly groups: number,
    readonly window: Window2D,
  ) {
    const [height, width] = windowPositions(before, window);
    this.after = { channels: filters, height, width, channelsLast: before.channelsLast };
    this.inputs = before.channels * before.height * before.width;
    this.outputs = filters * height * width;
    this.positions = height * width;
    this.terms = (before.channels / groups) * window.kernel[0] * window.kernel[1];
    this.cost = this.outputs * this.terms;
    this.places = this.placesOf();
    this.gathered = new Float64Array(this.terms);
  }

  /** Numbers that it holds beside its weights. */
  get held(): number {
    return this.places.length;
  }

  apply(weights: Float64Array, x: Float64Array, y: Float64Array): void {
    const { after, groups, terms, positions, places, gathered } = this;
    const [channelTo, pixelTo] = strideOf(after);
    const made = after.channels / groups;
    for (let group = 0, at = 0; group < groups; group++)
      for (let p = 0; p < positions; p++) {
        for (let t = 0; t < terms; t++, at++) gathered[t] = places[at]! < 0 ? 0 : x[places[at]!]!;
        for (let filter = group * made; filter < (group + 1) * made; filter++) {
          let sum = 0;
          for (let t = 0, w = filter * terms; t < terms; t++) sum += weights[w + t]! * gathered[t]!;
          const to = filter * channelTo + p * pixelTo;
          y[to] = y[to]! + sum;
        }
      }
  }

  transpose(weights: Float64Array, y: Float64Array, x: Float64Array): void {
    const { after, groups, terms, positions, places, gathered } = this;
    const [channelTo, pixelTo] = strideOf(after);
    const made = after.channels / groups;
    for (let group = 0, at = 0; group < groups; group++)
      for (let p = 0; p < positions; p++, at += terms) {
        gathered.fill(0);
        for (let filter = group * made; filter < (group + 1) * made; filter++) {
          const slope = y[filter * channelTo + p * pixelTo]!;
          if (slope === 0) continue;
          for (let t = 0, w = filter * terms; t < terms; t++) gathered[t] = gathered[t]! + slope * weights[w + t]!;
        }
        for (let t = 0; t < terms; t++) {
          const place = places[at + t]!;
          if (place >= 0) x[place] = x[place]! + gathered[t]!;
        }
      }
  }

  private placesOf(): Int32Array {
    const { before, after, groups, window, terms, positions } = this;
    const { kernel, strides, dilations, padsBefore } = window;
    const [channelFrom, pixelFrom] = strideOf(before);
    const read = before.channels / groups;
    const places = new Int32Array(groups * positions * terms);
    let at = 0;
    for (let group = 0; group < groups; group++)
      for (let i = 0; i < after.height; i++)
        for (let j = 0; j < after.width; j++)
          for (let c = group * read; c < (group + 1) * read; c++)
            for (let u = 0; u < kernel[0]; u++)
              for (let v = 0; v < kernel[1]; v++) {
                const row = i * strides[0] + u * dilations[0] - padsBefore[0];
                const column = j * strides[1] + v * dilations[1] - padsBefore[1];
                const isInside = row >= 0 && row < before.height && column >= 0 && column < before.width;
                places[at++] = isInside ? c * channelFrom + (row * before.width + column) * pixelFrom : -1;
              }
    return places;
  }
}

/** A factor for each value. */
export class ScaleMap implements LinearMap {
  readonly outputs: number;
  readonly terms = 1;
  readonly cost: number;

  constructor(readonly inputs: number) {
    this.outputs = inputs;
    this.cost = inputs;
  }

  apply(weights: Float64Array, x: Float64Array, y: Float64Array): void {
    for (let k = 0; k < x.length; k++) y[k] = y[k]! + weights[k]! * x[k]!;
  }

  transpose(weights: Float64Array, y: Float64Array, x: Float64Array): void {
    this.apply(weights, y, x);
  }
}

/** Sums over windows: weights are a factor for each window. Also moves values to other places, windows being one value. */
export class WindowMap implements LinearMap {
  readonly outputs: number;
  readonly terms: number;
  readonly cost: number;

  constructor(
    readonly inputs: number,
    readonly windows: Windows,
  ) {
    this.outputs = windows.start.length - 1;
    let most = 0;
    for (let k = 0; k < this.outputs; k++) most = Math.max(most, windows.start[k + 1]! - windows.start[k]!);
    this.terms = most;
    this.cost = windows.places.length;
  }

  apply(weights: Float64Array, x: Float64Array, y: Float64Array): void {
    const { start, places } = this.windows;
    for (let k = 0; k < this.outputs; k++) {
      let sum = 0;
      for (let p = start[k]!; p < start[k + 1]!; p++) sum += x[places[p]!]!;
      y[k] = y[k]! + weights[k]! * sum;
    }
  }

  transpose(weights: Float64Array, y: Float64Array, x: Float64Array): void {
    const { start, places } = this.windows;
    for (let k = 0; k < this.outputs; k++) {
      const slope = weights[k]! * y[k]!;
      if (slope !== 0) for (let p = start[k]!; p < start[k + 1]!; p++) x[places[p]!] = x[places[p]!]! + slope;
    }
  }
}

/** For each output, the places of the inputs that it is made of: `places` from `start[k]` to `start[k + 1]`. */
export interface Windows {
  readonly start: Uint32Array;
  readonly places: Uint32Array;
}

/** The windows of a pooling, channel by channel; padding is in none. */
export function poolingWindows(
  image: ImageLayout,
  window: Window2D,
): { readonly windows: Windows; readonly after: ImageLayout } {
  const [height, width] = windowPositions(image, window);
  const after = { ...image, height, width };
  const [channelFrom, pixelFrom] = strideOf(image);
  const [channelTo, pixelTo] = strideOf(after);
  const lists: number[][] = new Array<number[]>(image.channels * height * width);
  for (let c = 0; c < image.channels; c++)
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++) {
        const list: number[] = [];
        for (let u = 0; u < window.kernel[0]; u++)
          for (let v = 0; v < window.kernel[1]; v++) {
            const row = i * window.strides[0] + u * window.dilations[0] - window.padsBefore[0];
            const column = j * window.strides[1] + v * window.dilations[1] - window.padsBefore[1];
            if (row >= 0 && row < image.height && column >= 0 && column < image.width)
              list.push(c * channelFrom + (row * image.width + column) * pixelFrom);
          }
        lists[c * channelTo + (i * width + j) * pixelTo] = list;
      }
  return { windows: windowsOf(lists), after };
}

export function windowsOf(lists: readonly (readonly number[])[]): Windows {
  const start = new Uint32Array(lists.length + 1);
  lists.forEach((list, k) => (start[k + 1] = start[k]! + list.length));
  return { start, places: Uint32Array.from(lists.flat()) };
}
