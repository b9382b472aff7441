import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { Random } from '../base/random';
import { openModel, writeModel } from '../models/formats';
import type { NewTensor } from '../models/changes';
import type { Layer, Model, WeightInfo } from '../models/model';
import { writableModel } from '../models/removal';
import type { OpenModel } from './openModelFile';

/** More numbers than this are not drawn: it would take longer than all that they are drawn for. */
const MOST_PARAMETERS = 50_000_000;

/**
 * The same network as if it had never been trained: matrices and filters are drawn with the seed, uniformly in ±√(6 / (fan in + fan out)) (Glorot, Bengio 2010, which is the same whichever axis is which);
 * biases are 0 and normalisations do nothing. Constants that training does not change stay. Throws `unsupported` for formats that are not written or have no such weights, and `too-large`.
 */
export function untrainedModel({ model, source, siblings }: OpenModel, seed: number): Model {
  if (model.parameters > MOST_PARAMETERS)
    throw new Fault(
      'too-large',
      `The network has ${formatCount(model.parameters)} parameters; up to ${formatCount(MOST_PARAMETERS)} are drawn anew.`,
    );
  const of = writableModel(model, source, siblings);
  const tensors = new Map<string, NewTensor>();
  for (const layer of model.layers)
    layer.weights.forEach((weight, place) => {
      if (tensors.has(weight.name)) return;
      const values = drawn(layer, weight, place, seed);
      if (values !== undefined) tensors.set(weight.name, { shape: weight.shape, values });
    });
  if (tensors.size === 0) throw new Fault('unsupported', 'The network has no weights that could be drawn anew.');
  const written = writeModel(of.source, of.siblings, { tensors });
  return openModel(written.content, { open: name => written.beside.get(name) ?? of.siblings.open(name) });
}

const FLOATS: ReadonlySet<string> = new Set(['float16', 'bfloat16', 'float32', 'float64']);
/** What a normalisation's weights are before training, in the order of all formats: scale, offset, mean, variance. */
const NORMALISATION = [1, 0, 0, 1];

function drawn(
  { op }: Layer,
  { name, shape, type, trained }: WeightInfo,
  place: number,
  seed: number,
): Float32Array | undefined {
  if (!FLOATS.has(type)) {
    if (!trained) return undefined;
    throw new Fault('unsupported', `Weights of the type ${type} are not drawn anew.`);
  }
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (/norm/i.test(op)) return new Float32Array(size).fill(NORMALISATION[place] ?? 0);
  if (!trained) return undefined;
  if (shape.length < 2) return new Float32Array(size);
  const [rows, columns] = fans(shape);
  const most = Math.sqrt(6 / (rows + columns));
  const random = new Random(seed, `untrained ${name}`);
  return Float32Array.from({ length: size }, () => most * (2 * random.uniform() - 1));
}

/** What a weight reads and writes, whichever is which: of filters, times their positions. Small axes of four or more are positions. */
function fans(shape: readonly number[]): readonly [number, number] {
  if (shape.length === 2) return [shape[0]!, shape[1]!];
  // Filters are out × in × positions (ONNX, PyTorch) or positions × in × out (Keras): the positions are the two sizes that are alike, at the front or at the back.
  const isFront = shape[0]! <= shape.at(-1)! && shape[0] === shape[1];
  const positions = (isFront ? shape.slice(0, -2) : shape.slice(2)).reduce((product, dim) => product * dim, 1);
  const [one, other] = isFront ? shape.slice(-2) : shape.slice(0, 2);
  return [one! * positions, other! * positions];
}
