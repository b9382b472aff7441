import type { KernelWindow } from './prunableNetwork';

type Size = number | string | null | undefined;

/**
 * How TensorFlow's kernels go over positions: `same` pads so that there are as many outputs as strides in the input, the odd zero behind; `causal` pads before
 * alone. Undefined where that depends on sizes that are not known.
 */
export function paddedWindow(
  kernel: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  padding: string,
  sizes: readonly Size[],
  transposed: boolean,
): KernelWindow | undefined {
  const before: number[] = [];
  const after: number[] = [];
  for (const [axis, size] of kernel.entries()) {
    const [stride, length] = [strides[axis]!, sizes[axis]];
    const reach = (size - 1) * dilations[axis]! + 1;
    let total = 0;
    if (transposed) total = padding === 'same' ? reach - stride : Math.min(0, reach - stride);
    else if (padding === 'causal') total = reach - 1;
    else if (padding === 'same') {
      if (stride === 1) total = reach - 1;
      else if (typeof length === 'number')
        total = Math.max(0, (Math.ceil(length / stride) - 1) * stride + reach - length);
      else return undefined;
    }
    const first = padding === 'causal' ? total : padding === 'same' ? Math.max(0, Math.floor(total / 2)) : 0;
    before.push(first);
    after.push(total - first);
  }
  return { kernel, strides, dilations, padsBefore: before, padsAfter: after, transposed };
}
