import type { AttributeValue } from '../../../onnx/graphBuilder';
import type { Graph } from '../graph';
import { Real, type Tensor } from '../values';
import { asType, elementwise } from './arithmetic';
import { axisOf, dimsOf } from './dims';
import type { Operator, OperatorContext, OperatorTable } from './table';
import type { Args } from './args';

function apply(
  graph: Graph,
  op: string,
  tensor: Tensor,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): Tensor {
  const input = asType(graph, tensor, 'float32');
  return graph.emit(op, [input], { attributes, type: 'float32', dims: tensor.dims });
}

const plain =
  (op: string): Operator =>
  (c, a) =>
    apply(c.graph, op, a.tensor('self'));

/** An activation with one setting, by its name here, its name in ONNX, and its usual value. */
const withSetting =
  (op: string, parameter: string, attribute: string, usual: number): Operator =>
  (c, a) =>
    apply(c.graph, op, a.tensor('self'), { [attribute]: { float: a.number(parameter, usual) } });

function softmax(op: string): Operator {
  return (c: OperatorContext, a: Args) => {
    const self = a.tensor('self');
    const axis = a.integer('dim', -1);
    return apply(c.graph, op, self, {
      axis: { integer: self.dims === undefined ? axis : axisOf(axis, dimsOf(self).length) },
    });
  };
}

function clip(c: OperatorContext, tensor: Tensor, low: number, high: number): Tensor {
  const input = asType(c.graph, tensor, 'float32');
  return c.graph.emit('Clip', [input, c.graph.scalar(low, 'float32'), c.graph.scalar(high, 'float32')], {
    dims: tensor.dims,
  });
}

const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

export const ACTIVATIONS: OperatorTable = {
  'relu(self)': plain('Relu'),
  'sigmoid(self)': plain('Sigmoid'),
  'tanh(self)': plain('Tanh'),
  'softsign(self)': plain('Softsign'),
  'mish(self)': plain('Mish'),
  'hardswish(self)': plain('HardSwish'),
  'relu6(self)': (c, a) => clip(c, a.tensor('self'), 0, 6),
  'hardtanh(self, min_val, max_val)': (c, a) =>
    clip(c, a.tensor('self'), a.number('min_val', -1), a.number('max_val', 1)),
  'hardsigmoid(self)': (c, a) =>
    apply(c.graph, 'HardSigmoid', a.tensor('self'), { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  'silu|swish(self)': (c, a) => {
    const self = a.tensor('self');
    return elementwise(c.graph, 'Mul', self, apply(c.graph, 'Sigmoid', self));
  },
  'gelu(self, approximate)': (c, a) =>
    apply(c.graph, 'Gelu', a.tensor('self'), { approximate: { text: a.text('approximate', 'none') } }),
  'leaky_relu(self, negative_slope)': withSetting('LeakyRelu', 'negative_slope', 'alpha', 0.01),
  // In evaluation the slope is the middle of its range.
  'rrelu(self, lower, upper)': (c, a) =>
    apply(c.graph, 'LeakyRelu', a.tensor('self'), {
      alpha: { float: (a.number('lower', 0.125) + a.number('upper', 1 / 3)) / 2 },
    }),
  'elu(self, alpha)': withSetting('Elu', 'alpha', 'alpha', 1),
  'celu(self, alpha)': withSetting('Celu', 'alpha', 'alpha', 1),
  'selu(self)': (c, a) =>
    apply(c.graph, 'Selu', a.tensor('self'), { alpha: { float: SELU.alpha }, gamma: { float: SELU.gamma } }),
  'softplus(self, beta, threshold)': (c, a) => {
    const beta = a.number('beta', 1);
    const self = a.tensor('self');
    if (beta === 1) return apply(c.graph, 'Softplus', self);
    return elementwise(
      c.graph,
      'Div',
      apply(c.graph, 'Softplus', elementwise(c.graph, 'Mul', self, new Real(beta))),
      new Real(beta),
    );
  },
  'log_sigmoid(self)': (c, a) => {
    const negative = c.graph.emit('Neg', [a.tensor('self')], { dims: a.tensor('self').dims });
    const soft = apply(c.graph, 'Softplus', negative);
    return c.graph.emit('Neg', [soft], { dims: soft.dims });
  },
  'softshrink(self, lambd)': (c, a) =>
    apply(c.graph, 'Shrink', a.tensor('self'), {
      lambd: { float: a.number('lambd', 0.5) },
      bias: { float: a.number('lambd', 0.5) },
    }),
  'hardshrink(self, lambd)': (c, a) =>
    apply(c.graph, 'Shrink', a.tensor('self'), { lambd: { float: a.number('lambd', 0.5) } }),
  'threshold(self, threshold, value)': (c, a) => {
    const self = a.tensor('self');
    const above = elementwise(c.graph, 'Greater', self, new Real(a.number('threshold')), 'bool');
    return c.graph.emit('Where', [above, self, c.graph.scalar(a.number('value'), self.type)], {
      type: self.type,
      dims: self.dims,
    });
  },
  'prelu(self, weight)': (c, a) => {
    const self = a.tensor('self');
    const weight = a.tensor('weight');
    const channels = weight.dims?.[0];
    const rank = self.dims?.length ?? 2;
    if (channels === 1 || rank <= 2) return c.graph.emit('PRelu', [self, weight], { dims: self.dims });
    // One slope a channel: the channels are second.
    const shaped = c.graph.emit('Reshape', [weight, c.graph.integers([-1, ...new Array<number>(rank - 2).fill(1)])], {
      dims: [channels ?? null, ...new Array<number>(rank - 2).fill(1)],
    });
    return c.graph.emit('PRelu', [self, shaped], { dims: self.dims });
  },
  'glu(self, dim)': (c, a) => {
    const self = a.tensor('self');
    const dims = dimsOf(self);
    const axis = axisOf(a.integer('dim', -1), dims.length);
    const length = dims[axis];
    const half = dims.map((dim, at) => (at === axis ? (typeof length === 'number' ? length / 2 : null) : dim));
    const [left, right] = c.graph.emitMany('Split', [self], [{ dims: half }, { dims: half }], {
      attributes: { axis: { integer: axis }, num_outputs: { integer: 2 } },
    });
    return elementwise(c.graph, 'Mul', left!, apply(c.graph, 'Sigmoid', right!));
  },
  'softmax|_softmax(self, dim, dtype)': softmax('Softmax'),
  'log_softmax|_log_softmax(self, dim, dtype)': softmax('LogSoftmax'),
  // Nothing is dropped where a network is used.
  'dropout|feature_dropout|alpha_dropout|feature_alpha_dropout(self, p, train)': (c, a) =>
    c.graph.emit('Identity', [a.tensor('self')], { dims: a.tensor('self').dims }),
};
