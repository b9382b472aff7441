import { Fault } from '../../base/fault';
import { kerasUnits } from '../keras/units/kerasUnits';
import type { Model } from '../model';
import { OnnxModel } from '../onnx/onnxModel';
import { onnxUnits } from '../onnx/units/onnxUnits';
import { graphUnits } from '../tensorflow/units/graphUnits';
import type { PrunableNetwork } from './prunableNetwork';

/** What of a network can go. Throws `unsupported` for models without a program. */
export function networkUnits(model: Model): PrunableNetwork {
  const { program } = model;
  switch (program?.kind) {
    case 'onnx':
      // A graph that was made from code or a list of layers: only its tensors are in the file.
      return onnxUnits(program.model, { written: model instanceof OnnxModel });
    case 'keras':
      return kerasUnits(program.model);
    case 'tensorflow':
      return graphUnits(program.model);
    case undefined:
      throw (
        model.missing?.fault ?? new Fault('unsupported', 'The file holds weights without the program that uses them.')
      );
  }
}
