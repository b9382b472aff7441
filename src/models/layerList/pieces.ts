import { isFloat } from '../elements';
import { guessOperator } from '../weightsOnly/guessOperator';
import type { ModuleTensors } from '../weightsOnly/moduleLayers';

/** A module of a file of weights, as far as its tensors say what it is. */
export interface Piece {
  readonly path: string;
  readonly kind: 'dense' | 'convolution' | 'normalisation' | 'slope' | 'other';
  /** One of `LAYER_RULES`; `undefined` where the tensors leave it open. */
  readonly type: string | undefined;
  /** As `describe` has it. */
  readonly operator: string;
  /** Features or channels that it takes and gives; 0 where it is none of a chain. A normalisation's are the same. */
  readonly takes: number;
  readonly gives: number;
  /** Sides of the kernel of a convolution. */
  readonly kernel: readonly number[];
}

/** What the modules of a file are, in the file's order. */
export function piecesOf(modules: readonly ModuleTensors[], operators: ReadonlyMap<string, string>): readonly Piece[] {
  return modules.map(module => pieceOf(module, operators.get(module.path)));
}

function pieceOf({ path, tensors }: ModuleTensors, said: string | undefined): Piece {
  const shapes = new Map([...tensors].map(([own, { shape }]) => [ownName(own), shape]));
  const operator = said ?? guessOperator(path, shapes);
  const piece = (kind: Piece['kind'], type: string | undefined, takes: number, gives = takes): Piece => ({
    path,
    kind,
    type,
    operator,
    takes,
    gives,
    kernel: [],
  });
  const floats = [...tensors].every(([own, tensor]) => own === 'num_batches_tracked' || isFloat(tensor.type));
  const weight = shapes.get('weight');
  const kernel = shapes.get('kernel');
  const only = (...names: readonly string[]) => [...shapes.keys()].every(own => names.includes(own));
  if (!floats) return piece('other', undefined, 0);
  const mean = shapes.get('running_mean') ?? shapes.get('moving_mean');
  if (mean !== undefined) return piece('normalisation', 'BatchNorm', mean[0] ?? 0);
  if (/^(Dense|Linear)$/.test(operator)) {
    if (weight?.length === 2 && only('weight', 'bias')) return piece('dense', 'Linear', weight[1]!, weight[0]);
    if (kernel?.length === 2 && only('kernel', 'bias')) return piece('dense', 'Linear', kernel[0]!, kernel[1]);
  }
  if (/^Conv[123][dD]$/.test(operator) && only('weight', 'bias', 'kernel')) {
    const type = operator.replace('D', 'd');
    if (weight !== undefined) return { ...piece('convolution', type, weight[1]!, weight[0]), kernel: weight.slice(2) };
    if (kernel !== undefined)
      return { ...piece('convolution', type, kernel.at(-2)!, kernel.at(-1)), kernel: kernel.slice(0, -2) };
  }
  const length = (weight ?? shapes.get('gamma'))?.[0] ?? 0;
  switch (operator) {
    case 'LayerNorm':
    case 'LayerNormalization':
      return piece('normalisation', 'LayerNorm', length);
    case 'Norm':
      return piece('normalisation', undefined, length);
    case 'GroupNorm':
    case 'InstanceNorm':
    case 'RMSNorm':
      return piece('normalisation', operator, length);
    case 'PReLU':
      return weight?.length === 1 ? piece('slope', 'PReLU', length) : piece('other', undefined, 0);
    case 'Embedding':
    case 'LSTM':
    case 'GRU':
    case 'RNN':
    case 'MultiheadAttention':
    case 'ConvTranspose1d':
    case 'ConvTranspose2d':
    case 'ConvTranspose3d':
      return piece('other', operator, 0);
    default:
      return piece('other', undefined, 0);
  }
}

/** What a tensor is called within its module; early Keras adds the number of an output. */
export function ownName(name: string): string {
  return name.replace(/:\d+$/, '');
}
