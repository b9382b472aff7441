import type { Dimension } from './protocol';

/** An axis counted from the end as one from the start; `undefined` outside the rank. */
export function axisIn(axis: number, rank: number): number | undefined {
  const from = axis < 0 ? axis + rank : axis;
  return from >= 0 && from < rank ? from : undefined;
}

/** numpy's broadcasting of two dimensions. */
function broadcastDimension(a: Dimension, b: Dimension): Dimension {
  if (a === 1) return b;
  if (b === 1 || a === b) return a;
  // One of them is free: it must be 1 or equal to the other.
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  return null;
}

export function broadcast(shapes: readonly (readonly Dimension[] | undefined)[]): Dimension[] | undefined {
  let result: Dimension[] = [];
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    const rank = Math.max(result.length, shape.length);
    const from = result;
    result = Array.from({ length: rank }, (_, axis) =>
      broadcastDimension(
        from[axis - rank + from.length] ?? (axis < rank - from.length ? 1 : null),
        shape[axis - rank + shape.length] ?? (axis < rank - shape.length ? 1 : null),
      ),
    );
  }
  return result;
}

export function add(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (b === 0) return a;
  if (a === 0) return b;
  return null;
}

export function multiply(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (b === 1) return a;
  if (a === 1) return b;
  return null;
}

/** Integer division towards zero, as ONNX's Div of whole numbers. */
export function divide(a: Dimension, b: Dimension): Dimension {
  if (typeof a === 'number' && typeof b === 'number' && b !== 0) return Math.trunc(a / b);
  if (b === 1) return a;
  return null;
}

export function product(dims: readonly Dimension[]): Dimension {
  return dims.reduce(multiply, 1);
}

/**
 * What stands for −1 in a reshape: the product of the dimensions there are over those asked for, where free dimensions of the
 * same name cancel.
 */
export function inferred(from: readonly Dimension[], asked: readonly Dimension[]): Dimension {
  const left = [...from];
  let divisor = 1;
  for (const dim of asked) {
    const at = typeof dim === 'number' ? -1 : left.indexOf(dim);
    if (typeof dim === 'number') divisor *= dim;
    else if (dim === null || at < 0) return null;
    else left.splice(at, 1);
  }
  const total = product(left);
  if (typeof total === 'number') return divisor > 0 && total % divisor === 0 ? total / divisor : null;
  return divisor === 1 ? total : null;
}

/** Output length of a window sliding along one axis (ONNX, Conv and MaxPool). */
export function windowed(
  length: Dimension,
  window: {
    readonly kernel: number;
    readonly stride: number;
    readonly dilation: number;
    readonly before: number;
    readonly after: number;
    readonly automatic: string;
    readonly ceil: boolean;
  },
): Dimension {
  if (typeof length !== 'number') {
    const same = window.stride === 1 && window.before + window.after === (window.kernel - 1) * window.dilation;
    return same || (window.automatic.startsWith('SAME') && window.stride === 1) ? length : null;
  }
  if (window.automatic.startsWith('SAME')) return Math.ceil(length / window.stride);
  const extent = (window.kernel - 1) * window.dilation + 1;
  const padded = length + (window.automatic === 'VALID' ? 0 : window.before + window.after);
  const steps = (padded - extent) / window.stride;
  if (!window.ceil) return Math.floor(steps) + 1;
  const size = Math.ceil(steps) + 1;
  // A last window that would start in the padding after the end is left out.
  return (size - 1) * window.stride >= length + window.before ? size - 1 : size;
}
