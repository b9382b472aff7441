import { Fault } from '../../base/fault';
import type { Model } from '../model';
import { onnxUnits } from '../onnx/units/onnxUnits';
import type { PrunableNetwork } from './prunableNetwork';

/** What of a network can go. Throws `unsupported` for models without a program, or of a form that is not followed. */
export function networkUnits(model: Model): PrunableNetwork {
  const { program } = model;
  if (program === undefined)
    throw (
      model.missing?.fault ?? new Fault('unsupported', 'The file holds weights without the program that uses them.')
    );
  if (program.kind === 'onnx') return onnxUnits(program.model);
  throw new Fault('unsupported', `Units of ${model.format} models are not followed.`);
}
