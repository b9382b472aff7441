import type { Model } from '../models/model';
import type { DataTarget } from './openFiles';

/** What a network says of the data that it takes: of its first input, which is the one that data is given to. */
export function dataTarget(model: Model): DataTarget {
  const [input] = model.inputs;
  return {
    input: input && {
      shape: input.shape,
      type: input.type,
      channelsLast: /keras|tfjs|tensorflow|saved ?model/i.test(model.format),
    },
    classNames: model.classNames,
  };
}
