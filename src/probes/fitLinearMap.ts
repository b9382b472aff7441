import type { Cancellation } from '../base/cancellation';
import { Random } from '../base/random';
import type { LinearMap } from '../models/removal';
import { ridgeRegression } from '../topology/ridgeRegression';
import type { LayerActivations } from './layerCollector';

/** What is read of a layer. */
type Captured = Pick<LayerActivations, 'count' | 'width' | 'shape'> & { readonly values: Float32Array };

/** As a share of the inputs' mean variance: enough that inputs that are copies of each other do not matter, too little to be seen. */
export const MAP_RIDGE = 1e-4;
/** Equations for each input: more would make the fit no better, and slower. */
const EQUATIONS_AN_INPUT = 20;

/**
 * The linear map, with an offset, that takes one layer's activations nearest to another's, by least squares with a ridge. Both are of the same rows and not reduced (`flatten`). Tokens
 * and positions count as rows of their own, drawn with the seed where they are more than is needed.
 */
export function fitLinearMap(
  from: Captured,
  to: Captured,
  shape: Pick<LinearMap, 'form' | 'inputs' | 'outputs'>,
  seed: number,
  cancellation: Cancellation,
): LinearMap {
  const { form, inputs, outputs } = shape;
  const places = placesOf(from, to, shape);
  const total = from.count * places;
  const wanted = EQUATIONS_AN_INPUT * inputs + 1000;
  const chosen = new Random(seed, 'equations').sample(total, Math.min(total, wanted));
  const x = new Float32Array(chosen.length * inputs);
  const y = new Float32Array(chosen.length * outputs);
  chosen.forEach((equation, at) => {
    if (at % 1024 === 0) cancellation.throwIfCancelled();
    const row = Math.floor(equation / places);
    const place = equation % places;
    if (form.kind === 'patches') {
      const last = form.channels === 'last';
      copyPatch(from, row, place, form.stride, last, x, at * inputs);
      const area = to.width / outputs;
      for (let c = 0; c < outputs; c++)
        y[at * outputs + c] = to.values[row * to.width + (last ? place * outputs + c : c * area + place)]!;
    } else {
      x.set(
        from.values.subarray(row * from.width + place * inputs, row * from.width + (place + 1) * inputs),
        at * inputs,
      );
      y.set(to.values.subarray(row * to.width + place * outputs, row * to.width + (place + 1) * outputs), at * outputs);
    }
  });
  const fit = ridgeRegression({ count: chosen.length, inputs, outputs, x, y, ridge: MAP_RIDGE }, cancellation);
  return { form, inputs, outputs, ...fit };
}

/** Equations that a row gives. */
function placesOf(
  from: Captured,
  to: Captured,
  { form, inputs, outputs }: Pick<LinearMap, 'form' | 'inputs' | 'outputs'>,
): number {
  if (form.kind === 'flat') return 1;
  return form.kind === 'patches' ? to.width / outputs : from.width / inputs;
}

/** The square of positions above one position of the smaller image. Inputs go by channel, row and column. */
function copyPatch(
  { values, width, shape }: Captured,
  row: number,
  place: number,
  stride: number,
  channelsLast: boolean,
  out: Float32Array,
  to: number,
): void {
  const [first, second, third] = shape as [number, number, number];
  const [channels, height, columns] = channelsLast ? [third, first, second] : [first, second, third];
  const across = Math.floor(columns / stride);
  const [top, left] = [Math.floor(place / across) * stride, (place % across) * stride];
  let next = to;
  for (let c = 0; c < channels; c++)
    for (let y = top; y < top + stride; y++)
      for (let x = left; x < left + stride; x++) {
        const inside = channelsLast ? (y * columns + x) * channels + c : (c * height + y) * columns + x;
        out[next++] = values[row * width + inside]!;
      }
}
