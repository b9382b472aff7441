import path from 'node:path';
import { mainInput } from '../probes/networkInputs';
import type { OpenModel } from './openModelFile';
import type { DataTarget } from './openFiles';

/** What a network says of the data that it takes: of the input that data is given to. */
export function dataTarget({ model, name }: OpenModel): DataTarget {
  const input = mainInput(model.inputs);
  return {
    input: input && {
      shape: input.shape,
      type: input.type,
      channelsLast: /keras|tfjs|tensorflow|saved ?model/i.test(model.format),
    },
    classNames: model.classNames,
    folder: path.dirname(name),
  };
}
