import { asInteger, asList, asText, entry, type Json, type JsonObject } from '../json';
import type { KerasLayer } from './kerasNetwork';

/** Classes that Keras 1 called differently. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['Convolution1D', 'Conv1D'],
  ['Convolution2D', 'Conv2D'],
  ['Convolution3D', 'Conv3D'],
  ['AtrousConvolution2D', 'Conv2D'],
  ['Deconvolution2D', 'Conv2DTranspose'],
  ['Convolution2DTranspose', 'Conv2DTranspose'],
  ['SeparableConvolution2D', 'SeparableConv2D'],
  ['DepthwiseConvolution2D', 'DepthwiseConv2D'],
  ['MaxPool1D', 'MaxPooling1D'],
  ['MaxPool2D', 'MaxPooling2D'],
  ['MaxPool3D', 'MaxPooling3D'],
  ['AvgPool1D', 'AveragePooling1D'],
  ['AvgPool2D', 'AveragePooling2D'],
  ['AvgPool3D', 'AveragePooling3D'],
  ['GlobalMaxPool1D', 'GlobalMaxPooling1D'],
  ['GlobalMaxPool2D', 'GlobalMaxPooling2D'],
  ['GlobalAvgPool1D', 'GlobalAveragePooling1D'],
  ['GlobalAvgPool2D', 'GlobalAveragePooling2D'],
  // TensorFlow's two versions of one layer.
  ['BatchNormalizationV1', 'BatchNormalization'],
  ['BatchNormalizationV2', 'BatchNormalization'],
]);

/** Settings that Keras 1 called differently. */
const OLD_NAMES: Readonly<Record<string, readonly string[]>> = {
  units: ['output_dim'],
  filters: ['nb_filter'],
  strides: ['subsample', 'stride', 'subsample_length'],
  padding: ['border_mode'],
  data_format: ['dim_ordering'],
  use_bias: ['bias'],
  dilation_rate: ['atrous_rate'],
  pool_size: ['pool_length'],
  recurrent_activation: ['inner_activation'],
  batch_shape: ['batch_input_shape'],
  kernel_size: ['filter_length'],
};

/** A layer's class and settings, whatever version of Keras wrote them. */
export class LayerSettings {
  readonly className: string;

  constructor(
    className: string,
    readonly config: JsonObject,
  ) {
    this.className = RENAMED.get(className) ?? className;
  }

  static of({ className, config }: Pick<KerasLayer, 'className' | 'config'>): LayerSettings {
    return new LayerSettings(className, config);
  }

  get(key: string): Json | undefined {
    const value = this.config.get(key);
    if (value !== undefined) return value;
    const old = OLD_NAMES[key]?.find(name => this.config.has(name));
    return old === undefined ? undefined : this.config.get(old);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined && this.get(key) !== null;
  }

  number(key: string, otherwise: number): number {
    const value = this.get(key);
    return typeof value === 'number' ? value : otherwise;
  }

  integer(key: string): number | undefined {
    return asInteger(this.get(key));
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.get(key);
    return typeof value === 'boolean' ? value : otherwise;
  }

  text(key: string): string | undefined {
    return asText(this.get(key));
  }

  /** One whole number for each of `count` axes, from one number or a list. */
  sizes(key: string, count: number, otherwise: number): readonly number[] {
    const value = this.get(key);
    const single = asInteger(value);
    if (single !== undefined) return new Array<number>(count).fill(single);
    const list = asList(value).map(item => asInteger(item) ?? otherwise);
    return Array.from({ length: count }, (_, axis) => list[axis] ?? otherwise);
  }

  /** The kernel of a convolution over `count` axes; Keras 1 wrote rows and columns apart. */
  kernel(count: number): readonly number[] {
    const rows = asInteger(this.config.get('nb_row'));
    const columns = asInteger(this.config.get('nb_col'));
    return rows !== undefined && columns !== undefined && count === 2
      ? [rows, columns]
      : this.sizes('kernel_size', count, 1);
  }

  get channelsFirst(): boolean {
    return /^(channels_first|th)$/.test(this.text('data_format') ?? '');
  }

  /** 'same', 'causal' or 'valid'. */
  get padding(): string {
    return this.text('padding') ?? 'valid';
  }

  /** The name of a function such as an activation, by itself or in an object. */
  function(key: string): string | undefined {
    const value = this.get(key);
    if (typeof value === 'string') return value;
    const config = entry(value, 'config');
    return asText(config) ?? asText(entry(value, 'class_name'));
  }

  /** The layer within a wrapper. */
  inner(key = 'layer'): LayerSettings | undefined {
    const value = this.get(key);
    const className = asText(entry(value, 'class_name'));
    const config = entry(value, 'config');
    return className === undefined || !(config instanceof Map) ? undefined : new LayerSettings(className, config);
  }
}
