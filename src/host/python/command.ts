import path from 'node:path';

/** What the script is to do. Paths are absolute. */
export type PythonTask = {
  readonly source: string;
  readonly className: string;
  readonly weights: string;
  readonly out: string;
  /** JSON. */
  readonly arguments: string;
} & ({ readonly kind: 'export'; readonly shape: string } | { readonly kind: 'activations'; readonly data: string });

/** The script's parameters; with `=`, so that no value is taken for an option. */
export function runParameters(task: PythonTask): readonly string[] {
  const { kind, source, className, weights, out } = task;
  return [
    kind,
    `--source=${source}`,
    `--class=${className}`,
    `--weights=${weights}`,
    `--out=${out}`,
    ...(task.arguments === '{}' ? [] : [`--arguments=${task.arguments}`]),
    kind === 'export' ? `--shape=${task.shape}` : `--data=${task.data}`,
  ];
}

/** A command as a person could type it into a shell. */
export function commandText(words: readonly string[]): string {
  return words.map(word => (/^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`)).join(' ');
}

/** The weights' name with another ending, and a number where that is taken: nothing is overwritten. */
export function freeName(weights: string, ending: string, isTaken: (file: string) => boolean): string {
  const { dir, name } = path.parse(weights);
  for (let number = 1; ; number++) {
    const file = path.join(dir, `${name}${number === 1 ? '' : `-${number}`}${ending}`);
    if (!isTaken(file)) return file;
  }
}
