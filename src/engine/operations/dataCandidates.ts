import { DisposableStore } from '../../base/lifecycle';
import { describeData } from '../../data/openData';
import type { DataChoice, DataDescription, DataLibraries, InputTarget } from '../../data/dataSet';
import { takesTokens } from '../../data/text/sentences';
import type { Shape } from '../../models/model';
import { mainInput } from '../../probes/followingInputs';
import { dataTarget } from '../dataTarget';
import { FileSource } from '../files';
import { FolderFiles } from '../folderFiles';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { Answered, DataCandidate, LabelCandidate } from '../operationTypes';

/** A look at headers and first lines alone. Files that cannot be read are nobody's data. */
export function dataCandidates(
  input: Answered & { readonly model: string; readonly files: readonly string[]; readonly input?: string },
  context: OperationContext<never>,
): readonly DataCandidate[] {
  const store = new DisposableStore();
  try {
    const opened = openModelFile(input.model, store, input.answer);
    const { input: name } = input;
    const target = opened.model.inputs.find(one => one.name === name) ?? mainInput(opened.model.inputs);
    const images = dataTarget(opened, name === undefined ? {} : { input: name }).input;
    const inputShape = target?.shape?.slice(1);
    const looks = input.files.flatMap(file => {
      context.cancellation.throwIfCancelled();
      const description = look(file, context.libraries, images);
      return description === undefined ? [] : [{ file, description }];
    });
    return looks.flatMap(({ file, description }) =>
      description.choices.map((choice): DataCandidate => {
        const part = choice.part === undefined ? '' : `#${choice.part}`;
        const inside = labelsInside(file, description, choice);
        return {
          data: file + part,
          rows: choice.rows,
          rowsExact: choice.rowsExact,
          rowShape: choice.rowShape,
          fits: choice.texts === true ? takesTokens(target) : inputShape !== undefined && fits(choice, inputShape),
          exact: choice.texts === true || (inputShape !== undefined && isExact(choice.rowShape, inputShape)),
          labels: inside[0] ?? labelsBeside(file, choice.rows, looks),
          labelsInside: inside,
          ...(choice.texts === true ? { texts: true } : {}),
          ...(choice.treatment === undefined ? {} : { treatment: choice.treatment }),
        };
      }),
    );
  } finally {
    store.dispose();
  }
}

/** What looks like labels: integers or texts, one a row; where nothing does, every column. */
export function labelCandidates(
  { files }: { readonly files: readonly string[] },
  { cancellation, libraries }: OperationContext<never>,
): readonly LabelCandidate[] {
  return files.flatMap(file => {
    cancellation.throwIfCancelled();
    const description = look(file, libraries);
    if (description === undefined) return [];
    const { labels, choices, columns, arrays } = description;
    const named = labels.length > 0 ? labels : (columns ?? []).map(({ name }) => name);
    return named.map((name): LabelCandidate => {
      const rows = arrays.find(array => array.name === name)?.shape[0] ?? choices[0]?.rows ?? 0;
      const rowsExact = arrays.length > 0 || (choices[0]?.rowsExact ?? false);
      return { labels: name === '' ? file : `${file}#${name}`, rows, rowsExact };
    });
  });
}

function look(file: string, libraries: DataLibraries, target?: InputTarget): DataDescription | undefined {
  const store = new DisposableStore();
  try {
    return describeData(FolderFiles.open(file) ?? store.add(FileSource.open(file)), libraries, target);
  } catch {
    return undefined;
  } finally {
    store.dispose();
  }
}

/**
 * Whether rows of one shape can feed an input of another: as many values, free dimensions being whatever they must be. Images are brought to the size of an input that
 * takes images.
 */
function fits({ rowShape, resizable }: DataChoice, inputShape: Shape): boolean {
  const takesImages = inputShape.length >= 2 && inputShape.length <= 3;
  if (resizable === true && takesImages && (inputShape.length === 2 || inputShape.some(isChannels))) return true;
  const width = rowShape.reduce((product, size) => product * size, 1);
  const free = inputShape.filter(size => size === null).length;
  const fixed = inputShape.reduce<number>((product, size) => product * (size ?? 1), 1);
  return free === 0 ? width === fixed : isExact(rowShape, inputShape);
}

/** Whether rows have the input's own shape, with any size where it is free. */
function isExact(rowShape: readonly number[], inputShape: Shape): boolean {
  return (
    rowShape.length === inputShape.length &&
    rowShape.every((size, i) => inputShape[i] === null || inputShape[i] === size)
  );
}

function isChannels(size: number | null): boolean {
  return size === 1 || size === 3;
}

/** Other arrays of the same file, or columns that this choice of the columns leaves out; best first. */
function labelsInside(
  file: string,
  description: DataDescription,
  { part, without }: DataDescription['choices'][number],
): readonly string[] {
  // The sub-folders of a folder of images are its labels.
  if (description.format === 'images') return description.labels.length > 0 ? [file] : [];
  const table = description.choices.some(choice => choice.without.length > 0);
  return description.labels
    .filter(candidate => candidate !== part && candidate !== '' && (!table || without.includes(candidate)))
    .map(name => `${file}#${name}`);
}

/** digits_X.npy has its labels in digits_y.npy; x_test.npy in y_test.npy; images.npy in labels.npy. */
function labelsBeside(
  file: string,
  rows: number,
  looks: readonly { readonly file: string; readonly description: DataDescription }[],
): string | undefined {
  const cut = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1;
  const folder = file.slice(0, cut);
  const words = [
    ['X', 'y'],
    ['x', 'y'],
    ['data', 'labels'],
    ['images', 'labels'],
    ['inputs', 'labels'],
    ['inputs', 'targets'],
  ] as const;
  const names = words.flatMap(([from, to]) => {
    const word = new RegExp(`(^|[^A-Za-z])${from}(?=$|[^A-Za-z])`);
    const name = file.slice(cut);
    return word.test(name) ? [name.replace(word, `$1${to}`)] : [];
  });
  const found = looks.find(
    ({ file: other, description }) =>
      names.some(name => other === folder + name) &&
      description.choices.some(choice => choice.rows === rows && choice.rowShape.every(size => size === 1)),
  );
  return found?.file;
}
