import { concatenated, elementwise, reshaped, type Dim } from '../../units/axes';
import { depthwiseOutputs, equalGroups } from '../../units/groupedChannels';
import type { BiasPlace, PrunableNetwork, WeightLayout } from '../../units/prunableNetwork';
import { paddedWindow } from '../../units/samePadding';
import { UnitBook, type Axes, type Labels } from '../../units/unitBook';
import { isOperation } from '../runnable';
import { attentionInputs } from '../attentionInputs';
import { innerTensor, type KerasModel, type KerasStep } from '../kerasModel';
import { asInteger, asList, isList, type Json } from '../../json';
import { axesOf as axesOfLayer } from '../layerShapes';

const BESIDE = 'They are combined with values that stay.';
const TOGETHER = 'They are normalised together: without some of them the others would have other values.';
const UNKNOWN = 'Their place in another shape cannot be told.';
const HEAD = 'All heads are equally wide.';
const UNMEASURED = 'What they count for is not measured for the way in which they are read.';

/** Each value depends on that in its place alone. */
const SINGLE =
  /^(ReLU|Relu6?|LeakyReLU|ELU|ThresholdedReLU|Dropout|SpatialDropout[123]D|GaussianNoise|GaussianDropout|AlphaDropout|ActivityRegularization|Identity|Sigmoid|Tanh|Silu|Softplus|Exp|Log|Sqrt|Square|Negative|Absolute)$/;
const MIXED = /^(Add|Subtract|Multiply|Average|Maximum|Minimum|Divide|TrueDivide|True_divide)$/;
const SPATIAL = /^(Max|Average)Pooling[123]D$|^UpSampling[123]D$|^ZeroPadding[123]D$|^Cropping[123]D$/;

/** What of a network of Keras, or of TensorFlow.js where it has layers, can go. */
export function kerasUnits(model: KerasModel): PrunableNetwork {
  return new KerasUnits(model).walk();
}

/** Channels by outputs, one after the other. */
function denseLayout(channels: number, outputs: number): WeightLayout {
  return { outputs, channels, taps: 1, base: 0, outputStride: 1, channelStride: outputs, tapStride: 0 };
}

type Setting = (kept: (labels: Labels) => number) => Json;

class KerasUnits {
  private readonly book = new UnitBook();
  private readonly axes = new Map<string, Axes>();
  private readonly settings: {
    readonly layer: string;
    readonly key: string;
    readonly labels: Labels;
    readonly value: Setting;
  }[] = [];
  private readonly shapes: ReadonlyMap<string, readonly Dim[] | undefined>;
  private readonly readers = new Map<string, KerasStep[]>();
  private readonly outputs: ReadonlySet<string>;

  constructor(private readonly model: KerasModel) {
    this.shapes = new Map(model.steps.map(step => [step.output, step.shape]));
    for (const step of model.steps)
      for (const input of step.inputs) this.readers.set(input, [...(this.readers.get(input) ?? []), step]);
    this.outputs = new Set(model.file.network.outputs.map(({ layer, call, output }) => `${layer}:${call}:${output}`));
  }

  walk(): PrunableNetwork {
    const { book, model } = this;
    for (const step of model.steps) {
      for (const { info } of this.weightsOf(step)) book.reads(info.name);
      const axes = this.step(step);
      if (axes !== undefined) this.axes.set(step.output, axes);
    }
    for (const name of this.outputs) book.keepAll(this.of(name), 'They are an output of the network.');
    const layerOf = new Map(
      [...model.weights].flatMap(([layer, own]) => own.map(one => [one.info.name, layer] as const)),
    );
    return book.finish(
      tensor => [layerOf.get(tensor) ?? []].flat(),
      model.steps.map(step => step.name),
      kept => {
        const settings = new Map<string, Map<string, Json>>();
        for (const { layer, key, labels, value } of this.settings) {
          if (kept(labels) === labels.length) continue;
          settings.set(layer, (settings.get(layer) ?? new Map<string, Json>()).set(key, value(kept)));
        }
        return settings.size === 0 ? {} : { keras: { settings } };
      },
    );
  }

  private of(tensor: string | undefined): Axes | undefined {
    if (tensor === undefined) return undefined;
    return this.axes.get(tensor) ?? this.shapes.get(tensor)?.map(() => null);
  }

  private weightsOf(step: KerasStep) {
    return this.model.weights.get(step.layer.name) ?? [];
  }

  /** A weight by its role, with its labels. */
  private weight(
    step: KerasStep,
    role: string,
  ): { readonly name: string; readonly shape: readonly number[]; readonly axes: Axes } | undefined {
    const found = this.weightsOf(step).find(one => one.role === role)?.info;
    return found && { name: found.name, shape: found.shape, axes: this.book.stored(found.name, found.shape) };
  }

  /** A size in a layer's settings that is the number of some units. */
  private size(step: KerasStep, keys: readonly string[], labels: Labels | null): void {
    if (labels === null) return;
    const { config } = step.layer;
    const key = keys.find(one => config.has(one)) ?? keys[0]!;
    this.settings.push({ layer: step.layer.name, key, labels, value: kept => kept(labels) });
  }

  private keepInputs(step: KerasStep, reason: string): undefined {
    for (const name of step.inputs) this.book.keepAll(this.of(name), reason);
    for (const { info } of this.weightsOf(step)) this.book.keepAll(this.book.stored(info.name, info.shape), reason);
    return undefined;
  }

  private step(step: KerasStep): Axes | undefined {
    const { settings, layer, inputs } = step;
    const { className } = settings;
    const x = this.of(inputs[0]);
    if (layer.className === 'InputLayer') return undefined;
    if (x === undefined) return this.keepInputs(step, 'The shape of what is read is not known.');
    if (isOperation(layer) && step.call.constants.size > 0 && inputs.length > 1) return this.keepInputs(step, BESIDE);
    if (className === 'Activation' || className === 'Softmax')
      return this.activated(
        x,
        className === 'Softmax' ? 'softmax' : settings.function('activation'),
        settings.integer('axis'),
      );
    if (SINGLE.test(className)) return x;
    if (MIXED.test(className)) return inputs.length === 1 ? x : this.mixed(step);
    if (SPATIAL.test(className)) return this.byChannel(step, x);
    switch (className) {
      case 'Dense':
        return this.dense(step, x);
      case 'Conv1D':
      case 'Conv2D':
      case 'Conv3D':
      case 'Conv1DTranspose':
      case 'Conv2DTranspose':
        return this.convolution(step, x);
      case 'DepthwiseConv1D':
      case 'DepthwiseConv2D':
        return this.depthwise(step, x);
      case 'SeparableConv1D':
      case 'SeparableConv2D':
        return this.separable(step, x);
      case 'MultiHeadAttention':
        return this.attention(step);
      case 'BatchNormalization':
      case 'SyncBatchNormalization':
        return this.batchNormalization(step, x);
      case 'LayerNormalization':
      case 'GroupNormalization':
      case 'RMSNormalization':
      case 'UnitNormalization':
        return this.keepInputs(step, TOGETHER);
      case 'PReLU':
        return this.slopes(step, x);
      case 'Rescaling':
        return typeof settings.get('scale') === 'number' ? x : this.keepInputs(step, BESIDE);
      case 'Flatten':
      case 'Reshape':
        return this.reshape(step, x);
      case 'Permute':
        return [x[0] ?? null, ...asList(settings.get('dims')).map(axis => x[asInteger(axis) ?? 0] ?? null)];
      case 'RepeatVector':
        return [x[0] ?? null, null, x[1] ?? null];
      case 'Concatenate':
        return this.concatenate(step);
      case 'Embedding': {
        const table = this.weight(step, 'embeddings');
        if (table === undefined) return undefined;
        this.book.keep(table.axes[0]!, 'They are looked up one by one.');
        this.book.gives(table.axes[1]!, table.name, 1);
        this.size(step, ['output_dim'], table.axes[1]!);
        return [...x, table.axes[1]!];
      }
      case 'SimpleRNN':
      case 'LSTM':
      case 'GRU':
      case 'Bidirectional': {
        for (const { info, role } of this.weightsOf(step))
          if (/recurrent/.test(role)) this.book.gives(this.book.stored(info.name, info.shape)[0]!, info.name, 0);
        return this.keepInputs(step, 'Recurrent layers are left whole.');
      }
      default:
        if (/^Global(Max|Average)Pooling[123]D$/.test(className)) return this.globalPooling(step, x);
        return this.keepInputs(step, `How ${className} treats single units is not known here.`);
    }
  }

  /** What a layer gives after the function that is part of it. */
  private activated(x: Axes, name: string | undefined, asked = -1): Axes {
    if (name === 'softmax' || name === 'log_softmax') {
      const axis = asked < 0 ? asked + x.length : asked;
      this.book.keep(x[axis] ?? null, 'They are shares of one sum (softmax).');
    }
    return x;
  }

  private mixed(step: KerasStep): Axes | undefined {
    const inputs = step.inputs.map(name => ({ axes: this.of(name), dims: this.shapes.get(name) }));
    if (inputs.some(input => input.axes === undefined || input.dims === undefined))
      return this.keepInputs(step, BESIDE);
    return elementwise(
      this.book,
      inputs.map(({ axes, dims }) => ({ axes: axes!, dims: dims! })),
      BESIDE,
    );
  }

  private dense(step: KerasStep, x: Axes): Axes | undefined {
    const kernel = this.weight(step, 'kernel');
    if (kernel?.shape.length !== 2) return this.keepInputs(step, UNKNOWN);
    const [inputs, outputs] = kernel.shape as [number, number];
    const [from, to] = kernel.axes as [Labels | null, Labels | null];
    this.book.join(x.at(-1)!, from, BESIDE);
    this.given(step, kernel.name, 1, to, ['units', 'output_dim']);
    if (from !== null) this.note(step, kernel.name, denseLayout(inputs, outputs), undefined, from);
    return this.activated([...x.slice(0, -1), to], step.settings.function('activation'));
  }

  /** Outputs of a layer: its bias goes with them, and its settings say how many there are. */
  private given(step: KerasStep, weight: string, axis: number, to: Labels | null, keys: readonly string[]): void {
    if (to === null) return;
    this.book.gives(to, weight, axis);
    const bias = this.weight(step, 'bias');
    if (bias !== undefined) this.book.join(bias.axes[0]!, to, BESIDE);
    this.size(step, keys, to);
  }

  private note(
    step: KerasStep,
    weight: string,
    layout: WeightLayout,
    window: ReturnType<typeof paddedWindow>,
    labels: Labels,
    channelFrom = 0,
    biasFrom = 0,
  ): void {
    const bias = this.biasOf(step);
    this.book.use({
      weight,
      layout,
      input: step.inputs[0]!,
      channelAxis: window !== undefined && step.settings.channelsFirst ? 1 : -1,
      channelFrom,
      window,
      bias: bias && { ...bias, from: biasFrom },
      labels,
    });
  }

  /** The layer's own bias, or the mean that a normalisation takes off what it gives. */
  private biasOf(step: KerasStep): BiasPlace | undefined {
    const own = this.weight(step, 'bias');
    if (own !== undefined) return { tensor: own.name, from: 0, sign: 1 };
    const plain = (step.settings.function('activation') ?? 'linear') === 'linear';
    const readers = this.readers.get(step.output) ?? [];
    const [next] = readers;
    if (
      !plain ||
      readers.length !== 1 ||
      this.outputs.has(step.output) ||
      !/BatchNormalization$/.test(next!.settings.className)
    )
      return undefined;
    const mean = next!.layer.calls.length === 1 ? this.weight(next!, 'moving_mean') : undefined;
    return mean && { tensor: mean.name, from: 0, sign: -1 };
  }

  private convolution(step: KerasStep, x: Axes): Axes | undefined {
    const { settings } = step;
    const kernel = this.weight(step, 'kernel');
    const count = Number(/\d/.exec(settings.className)![0]);
    if (kernel?.shape.length !== count + 2 || x.length !== count + 2) return this.keepInputs(step, UNKNOWN);
    const transposed = settings.className.endsWith('Transpose');
    const { positions, channel } = axesOfLayer(settings, x.length);
    for (const axis of positions) this.book.keep(x[axis]!, 'A convolution mixes positions.');
    const size = kernel.shape.slice(0, count);
    const taps = size.reduce((a, b) => a * b, 1);
    const window = paddedWindow(
      size,
      settings.sizes('strides', count, 1),
      settings.sizes('dilation_rate', count, 1),
      settings.padding,
      positions.map(axis => this.shapes.get(step.inputs[0]!)?.[axis]),
      transposed,
    );
    const groups = settings.number('groups', 1);
    const [inAxis, outAxis] = transposed ? [count + 1, count] : [count, count + 1];
    const [channels, outputs] = [kernel.shape[inAxis]!, kernel.shape[outAxis]!];
    const to = kernel.axes[outAxis]!;
    const given = x[channel]!;
    if (groups === 1) this.book.join(given, kernel.axes[inAxis]!, BESIDE);
    else
      equalGroups(this.book, { groups, given, incoming: kernel.axes[inAxis]!, width: channels, outgoing: to, outputs });
    this.given(step, kernel.name, outAxis, to, ['filters', 'nb_filter']);
    const shared = { channels, taps, tapStride: channels * outputs };
    if (window === undefined) this.book.keep(given, UNMEASURED);
    else if (given !== null)
      for (let group = 0; group < groups; group++)
        this.note(
          step,
          kernel.name,
          {
            ...shared,
            outputs: outputs / groups,
            base: (group * outputs) / groups,
            outputStride: transposed ? channels : 1,
            channelStride: transposed ? 1 : outputs,
          },
          window,
          given.slice(group * channels, (group + 1) * channels),
          group * channels,
          (group * outputs) / groups,
        );
    return this.activated(
      x.map((_, axis) => (axis === channel ? to : axis === 0 ? x[0]! : null)),
      settings.function('activation'),
      channel,
    );
  }

  private depthwise(step: KerasStep, x: Axes): Axes | undefined {
    const { settings } = step;
    const kernel = this.weight(step, 'depthwise_kernel');
    if (kernel === undefined) return this.keepInputs(step, UNKNOWN);
    const { positions, channel } = axesOfLayer(settings, x.length);
    for (const axis of positions) this.book.keep(x[axis]!, 'A convolution mixes positions.');
    const [own, several] = [kernel.axes.at(-2)!, kernel.axes.at(-1)!];
    this.book.join(x[channel]!, own, BESIDE);
    this.book.keep(several, 'They stand for one channel each.');
    const to = depthwiseOutputs(x[channel]!, kernel.shape.at(-1)!);
    if (to !== null) {
      this.book.gives(own, kernel.name, kernel.shape.length - 2);
      const bias = this.weight(step, 'bias');
      if (bias !== undefined) this.book.join(bias.axes[0]!, to, BESIDE);
    }
    return this.activated(
      x.map((_, axis) => (axis === channel ? to : axis === 0 ? x[0]! : null)),
      settings.function('activation'),
      channel,
    );
  }

  /** A kernel for each channel, and one over what they give, which is computed within the layer. */
  private separable(step: KerasStep, x: Axes): Axes | undefined {
    const [first, second] = [this.weight(step, 'depthwise_kernel'), this.weight(step, 'pointwise_kernel')];
    if (first === undefined || second === undefined) return this.keepInputs(step, UNKNOWN);
    const { positions, channel } = axesOfLayer(step.settings, x.length);
    for (const axis of positions) this.book.keep(x[axis]!, 'A convolution mixes positions.');
    const [own, several] = [first.axes.at(-2)!, first.axes.at(-1)!];
    const [channels, outputs] = [second.shape.at(-2)!, second.shape.at(-1)!];
    this.book.join(x[channel]!, own, BESIDE);
    this.book.keep(several, 'They stand for one channel each.');
    const across = depthwiseOutputs(x[channel]!, first.shape.at(-1)!);
    this.book.join(across, second.axes.at(-2)!, BESIDE);
    const to = second.axes.at(-1)!;
    this.given(step, second.name, second.shape.length - 1, to, ['filters', 'nb_filter']);
    if (across !== null)
      this.book.use({
        weight: second.name,
        layout: denseLayout(channels, outputs),
        input: innerTensor(step.output, 'across'),
        channelAxis: -1,
        channelFrom: 0,
        window: undefined,
        bias: this.biasOf(step),
        labels: across,
      });
    return this.activated(
      x.map((_, axis) => (axis === channel ? to : null)),
      step.settings.function('activation'),
      channel,
    );
  }

  /** A head of query, key and value is a unit, with what the output's kernel reads of it; the widths of heads stay. */
  private attention(step: KerasStep): Axes | undefined {
    const out = this.weight(step, 'attention_output/kernel');
    const places = attentionInputs(step.call, step.inputs.length);
    const projections = (['query', 'value', 'key'] as const).map(part => ({
      part,
      input: step.inputs[places[part]]!,
      kernel: this.weight(step, `${part}/kernel`),
      bias: this.weight(step, `${part}/bias`),
    }));
    const known = projections.every(({ input, kernel }) => kernel?.shape.length === 3 && this.of(input)?.length === 3);
    if (out?.shape.length !== 3 || !known) return this.keepInputs(step, UNKNOWN);
    const [count, width, outputs] = out.shape as [number, number, number];
    const heads = out.axes[0]!;
    for (const { input, kernel, bias } of projections) {
      const x = this.of(input)!;
      const [channels, , own] = kernel!.shape as [number, number, number];
      this.book.keep(x[1]!, 'Attention mixes positions.');
      this.book.join(x[2]!, kernel!.axes[0]!, BESIDE);
      this.book.join(heads, kernel!.axes[1]!, BESIDE);
      this.book.keep(kernel!.axes[2]!, HEAD);
      this.book.join(heads, bias === undefined ? heads : bias.axes[0]!, BESIDE);
      this.book.keep(bias?.axes[1] ?? null, HEAD);
      if (heads !== null) this.book.gives(repeated(heads, own), kernel!.name, 1);
      if (x[2] !== null)
        this.book.use({
          weight: kernel!.name,
          layout: denseLayout(channels, count * own),
          input,
          channelAxis: -1,
          channelFrom: 0,
          window: undefined,
          bias: bias && { tensor: bias.name, from: 0, sign: 1 },
          labels: x[2]!,
        });
    }
    this.book.keep(out.axes[1]!, HEAD);
    if (heads !== null) {
      this.size(step, ['num_heads'], heads);
      const bias = this.weight(step, 'attention_output/bias');
      this.book.use({
        weight: out.name,
        layout: denseLayout(count * width, outputs),
        input: innerTensor(step.output, 'attended'),
        channelAxis: -1,
        channelFrom: 0,
        window: undefined,
        bias: bias && { tensor: bias.name, from: 0, sign: 1 },
        labels: Int32Array.from({ length: count * width }, (_, i) => heads[Math.floor(i / width)]!),
      });
    }
    return this.attended(step, out.name, out.axes[2]!);
  }

  /** As wide as the query, unless the settings say how wide. */
  private attended(step: KerasStep, kernel: string, to: Labels | null): Axes {
    const query = this.of(step.inputs[attentionInputs(step.call, step.inputs.length).query])!;
    const said = step.settings.get('output_shape');
    if (said === undefined || said === null) this.book.join(query[2]!, to, BESIDE);
    else if (to !== null)
      this.settings.push({
        layer: step.layer.name,
        key: 'output_shape',
        labels: to,
        value: kept => (isList(said) ? [kept(to)] : kept(to)),
      });
    this.book.gives(to, kernel, 2);
    const bias = this.weight(step, 'attention_output/bias');
    if (bias !== undefined) this.book.join(bias.axes[0]!, to, BESIDE);
    return [query[0]!, null, to];
  }

  private batchNormalization(step: KerasStep, x: Axes): Axes {
    const said = step.settings.get('axis');
    const asked = asInteger(said) ?? asInteger(asList(said)[0]) ?? -1;
    const channel = x[asked < 0 ? asked + x.length : asked] ?? null;
    for (const { info } of this.weightsOf(step)) {
      const own = this.book.stored(info.name, info.shape)[0] ?? null;
      if (own !== null || channel !== null) this.book.join(own, channel, BESIDE);
    }
    return x;
  }

  private slopes(step: KerasStep, x: Axes): Axes | undefined {
    const alpha = this.weight(step, 'alpha');
    const dims = this.shapes.get(step.inputs[0]!);
    if (alpha === undefined || dims === undefined) return this.keepInputs(step, UNKNOWN);
    return elementwise(
      this.book,
      [
        { axes: x, dims },
        { axes: alpha.axes, dims: alpha.shape },
      ],
      BESIDE,
    );
  }

  private byChannel(step: KerasStep, x: Axes): Axes {
    const { positions } = axesOfLayer(step.settings, x.length);
    for (const axis of positions) this.book.keep(x[axis]!, 'Positions are mixed.');
    return x.map((labels, axis) => (positions.includes(axis) ? null : labels));
  }

  private globalPooling(step: KerasStep, x: Axes): Axes {
    const { positions, channel } = axesOfLayer(step.settings, x.length);
    for (const axis of positions) this.book.keep(x[axis]!, 'One value is made of all of them.');
    if (!step.settings.flag('keepdims', false)) return [x[0]!, x[channel]!];
    return x.map((labels, axis) => (positions.includes(axis) ? null : labels));
  }

  private reshape(step: KerasStep, x: Axes): Axes | undefined {
    const { settings } = step;
    const [from, to] = [this.shapes.get(step.inputs[0]!), step.shape];
    // Channels that are first are brought to the end before they are flattened.
    if (
      from === undefined ||
      to === undefined ||
      (settings.className === 'Flatten' && settings.channelsFirst && x.length > 2)
    )
      return this.keepInputs(step, UNKNOWN);
    const rows = reshaped(this.book, x.slice(1), from.slice(1), to.slice(1), UNKNOWN);
    const result: Axes = [x[0]!, ...rows];
    if (settings.className === 'Flatten') return result;
    const target = asList(settings.get('target_shape')).map(size => asInteger(size) ?? -1);
    for (const labels of rows)
      if (labels !== null)
        this.settings.push({
          layer: step.layer.name,
          key: 'target_shape',
          labels,
          value: kept => target.map((size, axis) => (rows[axis] === null || size < 0 ? size : kept(rows[axis]!))),
        });
    return result;
  }

  private concatenate(step: KerasStep): Axes | undefined {
    const all = step.inputs.map(name => this.of(name));
    const rank = all[0]?.length ?? 0;
    if (all.some(axes => axes?.length !== rank)) return this.keepInputs(step, UNKNOWN);
    const asked = step.settings.integer('axis') ?? -1;
    const axis = asked < 0 ? asked + rank : asked;
    const sizes = step.inputs.map(name => {
      const size = this.shapes.get(name)?.[axis];
      return typeof size === 'number' ? size : undefined;
    });
    return concatenated(this.book, all as Axes[], sizes, axis, 'They stand beside values of unknown number.');
  }
}

/** All labels one after the other, several times. */
function repeated(labels: Labels, times: number): Labels {
  return Int32Array.from({ length: labels.length * times }, (_, i) => labels[i % labels.length]!);
}
