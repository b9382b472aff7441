import fs from 'node:fs';
import path from 'node:path';
import type { InputTarget } from '../data/dataSet';
import { pixelValues } from '../data/images/pixelValues';
import { mainInput } from '../probes/followingInputs';
import { saidPixels, takenPixels } from '../probes/takenPixels';
import type { OpenModel } from './openModelFile';
import type { DataTarget } from './openFiles';

const PREPROCESSOR = 'preprocessor_config.json';
const LARGEST_CONFIG = 2 ** 20;

/** What a network says of the data that it takes: of the input of this name, else of the first that rows are not `given` for. */
export function dataTarget(
  { model, name }: OpenModel,
  { input: named, given = [] }: { readonly input?: string; readonly given?: readonly string[] } = {},
): DataTarget {
  const input =
    model.inputs.find(one => one.name === named) ?? mainInput(model.inputs.filter(one => !given.includes(one.name)));
  const folder = path.dirname(name);
  // What says it outright goes before what is read off the network's first step.
  const pixels = input === undefined ? undefined : (saidPixels(model) ?? pixelsBeside(folder) ?? takenPixels(model));
  return {
    input: input && {
      shape: input.shape,
      type: input.type,
      channelsLast: /keras|tfjs|tensorflow|saved ?model/i.test(model.format),
      ...(pixels === undefined ? {} : { pixels }),
    },
    classNames: model.classNames,
    folder,
  };
}

/** The values of pixels that the file beside the model says, where there is a sound one: a plain file, no link. */
function pixelsBeside(folder: string): InputTarget['pixels'] {
  const file = path.join(folder, PREPROCESSOR);
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || stat.size > LARGEST_CONFIG) return undefined;
  try {
    return pixelValues(JSON.parse(fs.readFileSync(file, 'utf8')), PREPROCESSOR);
  } catch {
    return undefined;
  }
}
