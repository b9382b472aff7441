import type { Shape } from '../../models/model';

/** What is known of a layer before anything is run: enough to find it again in another file. */
export interface AlignableLayer {
  readonly name: string;
  /** The format's own word. */
  readonly op: string;
  readonly shape: Shape | undefined;
  /** Axis of `shape` that holds the channels, where it is known. */
  readonly channelAxis?: number | undefined;
  /** An activation that the format keeps within the layer, as Keras does. */
  readonly activation?: string | undefined;
  /** Names of the layers that it reads from. */
  readonly inputs: readonly string[];
}

/** What a layer computes, whatever the format calls it. */
export interface LayerKind {
  /** Of what the layer does first: `dense` of a Dense layer with a ReLU in it. */
  readonly own: string;
  /** Of what it gives: `relu` then. */
  readonly output: string;
}

/** Words of ONNX, PyTorch, Keras and TensorFlow for the same operators, lower case and without what says the dimension. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [
    /^(gemm|matmul|linear|dense|fusedmatmul|fullyconnected|innerproduct|lazylinear|matmulinteger|qlinearmatmul)$/,
    'dense',
  ],
  [/^(depthwise)?conv(olution)?(2dnative)?$|^fusedconv$|^separableconv$|^depthwiseconv$/, 'conv'],
  [/^conv(olution)?transpose$|^deconv(olution)?$/, 'convTranspose'],
  [/^relu$/, 'relu'],
  [/^(relu6|clip|hardtanh)$/, 'clip'],
  [/^(leakyrelu)$/, 'leakyRelu'],
  [/^(silu|swish)$/, 'silu'],
  [/^(hardsilu|hardswish)$/, 'hardSilu'],
  [/^(log)?softmax$/, 'softmax'],
  [/^(batchnorm|batchnormalization|fusedbatchnorm(v\d)?|syncbatchnorm)$/, 'batchNorm'],
  [/^(layernorm|layernormalization)$/, 'layerNorm'],
  [/^(groupnorm|groupnormalization)$/, 'groupNorm'],
  [/^(maxpool|maxpooling)$/, 'maxPool'],
  [/^(avgpool|averagepool|averagepooling)$/, 'averagePool'],
  [/^(globalaveragepool|globalaveragepooling|adaptiveavgpool|globalavgpool)$/, 'globalPool'],
  [/^(flatten|reshape|squeeze|view|expanddims)$/, 'reshape'],
  [/^(add|addv|sum)$/, 'add'],
  [/^(concat|concatenate|concatv)$/, 'concat'],
  [/^(gather|gatherv|embedding)$/, 'embedding'],
  [/^(dropout|spatialdropout|alphadropout|gaussiandropout|identity)$/, 'identity'],
  [/^(mul|multiply)$/, 'multiply'],
];

/** Letters of an operator without its dimension: `Conv2d`, `Conv2D` and `Conv` are one. */
function family(op: string): string {
  const word = op
    .toLowerCase()
    .replace(/^.*\./, '')
    .replace(/_/g, '')
    .replace(/[123]d$/, '')
    .replace(/v\d+$/, '');
  return FAMILIES.find(([pattern]) => pattern.test(word))?.[1] ?? word;
}

/** The kinds of a network's layers, in their order. A bias that is a layer of its own is of the kind of what it is added to. */
export function kindsOf(layers: readonly AlignableLayer[]): readonly LayerKind[] {
  const kinds = new Map<string, LayerKind>();
  for (const { name, op, activation, inputs } of layers) {
    const [source] = inputs;
    const biased = source !== undefined && /^bias_?add$/i.test(op) ? kinds.get(source) : undefined;
    const own = biased?.own ?? family(op);
    // What the bias is still to be added to is not what another format's layer gives.
    if (biased !== undefined) kinds.set(source!, { own, output: `${own} without bias` });
    const fused = activation === undefined || activation === 'linear' ? undefined : family(activation);
    kinds.set(name, { own, output: fused ?? own });
  }
  return layers.map(({ name }) => kinds.get(name)!);
}

/** What of a shape two formats agree on: the channels, and the positions whatever their order. */
export interface LayerSize {
  readonly channels: number | null;
  readonly positions: readonly (number | null)[];
}

/** `undefined` where the shape is not known. The first axis is the batch. */
export function sizeOfLayer({ shape, channelAxis }: AlignableLayer): LayerSize | undefined {
  if (shape === undefined) return undefined;
  const axis = channelAxis ?? (shape.length === 2 ? 1 : undefined);
  const rest = shape.slice(1);
  if (axis === undefined || axis < 1) return { channels: null, positions: [...rest].sort(bySize) };
  return {
    channels: shape[axis] ?? null,
    positions: rest.filter((_, i) => i + 1 !== axis).sort(bySize),
  };
}

function bySize(a: number | null, b: number | null): number {
  return (a ?? 0) - (b ?? 0);
}
