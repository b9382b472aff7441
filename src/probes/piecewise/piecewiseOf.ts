import type { Model } from '../../models/model';
import type { ClassOutput } from '../outputs';
import { NotPiecewise } from './piecewiseBuilder';
import { piecewiseOfKeras } from './ofKeras';
import { piecewiseOfOnnx } from './ofOnnx';
import type { PiecewiseNetwork } from './piecewiseNetwork';

/** The network that gives the class scores, for rows of this shape as the input takes them; or why it is not followed here, as a sentence part. */
export function piecewiseOf(
  { program }: Model,
  rowShape: readonly number[],
  input: string,
  output: ClassOutput,
): PiecewiseNetwork | { readonly reason: string } {
  if (output.kind === 'label') return { reason: 'it names classes without scores' };
  try {
    switch (program?.kind) {
      case 'onnx':
        return piecewiseOfOnnx(program.model, rowShape, input, output.tensor);
      case 'keras':
        return piecewiseOfKeras(program.model, rowShape, input, output.tensor);
      case 'tensorflow':
        return { reason: 'graphs of TensorFlow are not followed here' };
      case undefined:
        return { reason: 'there is no program' };
    }
  } catch (error) {
    if (error instanceof NotPiecewise) return { reason: error.message };
    throw error;
  }
}
