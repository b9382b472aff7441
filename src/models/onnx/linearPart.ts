import type { NewTensor } from '../changes';
import type { LinearMap } from '../removal';
import type { WrittenNode, WrittenType } from './graphBuilder';

type NewFloats = NewTensor & { readonly type: WrittenType };

/** Nodes and tensors that stand where a part of a graph was. */
export interface NewPart {
  readonly nodes: readonly Omit<WrittenNode, 'domain'>[];
  readonly tensors: ReadonlyMap<string, NewFloats>;
  /** The tensor that its readers read. */
  readonly output: string;
}

/** A linear map of tensor `from`, as nodes called after `to`: a product and a sum over the last axis, or a convolution of patches. */
export function linearPart(from: string, to: string, map: LinearMap): NewPart {
  const { form, inputs, outputs } = map;
  const name = (part: string) => `${to}/linear/${part}`;
  const output = name('output');
  const tensor = (part: string, shape: readonly number[], values: ArrayLike<number>): [string, NewFloats] => [
    name(part),
    { type: 'float32', shape, values },
  ];
  const weight = (shape: readonly number[], values: ArrayLike<number>) => tensor('weight', shape, values);
  const bias = tensor('bias', [outputs], map.bias);
  if (form.kind === 'patches') {
    const { stride } = form;
    const channels = inputs / stride ** 2;
    // Of a convolution the outputs come first.
    const values = Float64Array.from({ length: inputs * outputs }, (_, at) => {
      const [unit, input] = [Math.floor(at / inputs), at % inputs];
      return map.weight[input * outputs + unit]!;
    });
    const square = [stride, stride];
    return {
      nodes: [
        {
          name: name('Conv'),
          op: 'Conv',
          inputs: [from, name('weight'), name('bias')],
          outputs: [output],
          attributes: { kernel_shape: { integers: square }, strides: { integers: square } },
        },
      ],
      tensors: new Map([weight([outputs, channels, stride, stride], values), bias]),
      output,
    };
  }
  const given = form.kind === 'flat' ? name('flat') : from;
  return {
    nodes: [
      ...(form.kind === 'flat'
        ? [
            {
              name: name('Flatten'),
              op: 'Flatten',
              inputs: [from],
              outputs: [given],
              attributes: { axis: { integer: 1 } },
            },
          ]
        : []),
      { name: name('MatMul'), op: 'MatMul', inputs: [given, name('weight')], outputs: [name('product')] },
      { name: name('Add'), op: 'Add', inputs: [name('product'), name('bias')], outputs: [output] },
    ],
    tensors: new Map([weight([inputs, outputs], map.weight), bias]),
    output,
  };
}
