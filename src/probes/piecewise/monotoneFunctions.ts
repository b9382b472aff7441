import type { MonotoneFunction } from './piecewiseNetwork';

/** Of ReLU (slope 0) and its leaky kin, 0 ≤ slope ≤ 1. */
export function rectifier(negative: number): MonotoneFunction {
  return {
    name: negative === 0 ? 'ReLU' : 'leaky ReLU',
    of: x => (x > 0 ? x : negative * x),
    slope: x => (x > 0 ? 1 : negative),
    slopes: (low, high) => (low > 0 ? [1, 1] : high < 0 ? [negative, negative] : [negative, 1]),
  };
}

/** Values are kept within [from, to], as of ReLU6. */
export function clip(from: number, to: number): MonotoneFunction {
  return {
    name: 'clip',
    of: x => Math.min(to, Math.max(from, x)),
    slope: x => (x > from && x < to ? 1 : 0),
    slopes: (low, high) => (low > from && high < to ? [1, 1] : high < from || low > to ? [0, 0] : [0, 1]),
  };
}

export const sigmoid: MonotoneFunction = {
  name: 'sigmoid',
  of: x => 1 / (1 + Math.exp(-x)),
  slope: x => {
    const share = 1 / (1 + Math.exp(-x));
    return share * (1 - share);
  },
  slopes: undefined,
};

export const hyperbolicTangent: MonotoneFunction = {
  name: 'tanh',
  of: Math.tanh,
  slope: x => 1 - Math.tanh(x) ** 2,
  slopes: undefined,
};

export const exponentialLinear: MonotoneFunction = {
  name: 'ELU',
  of: x => (x > 0 ? x : Math.expm1(x)),
  slope: x => (x > 0 ? 1 : Math.exp(x)),
  slopes: undefined,
};

export const softplus: MonotoneFunction = {
  name: 'softplus',
  of: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  slope: x => 1 / (1 + Math.exp(-x)),
  slopes: undefined,
};
