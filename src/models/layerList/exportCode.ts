/** What is known of a file of weights for code that loads it. */
export interface ExportFacts {
  /** Name of the file. */
  readonly file: string;
  readonly format: string;
  /** Whether the file holds a module saved whole. */
  readonly wholeModule: boolean;
  /** Keys under which a checkpoint has the state dictionary. */
  readonly keys: readonly string[];
  /** What a wrapper put before all names, such as "module.". */
  readonly prefix: string;
  /** Lengths of one row as the first layer has them; `null` for one that it does not say. */
  readonly row: readonly (number | null)[] | undefined;
}

/** Python that loads the weights into the person's own class and writes the network as ONNX beside them (Keras: as a whole model). */
export function exportCode(facts: ExportFacts): string {
  return facts.format.startsWith('keras') ? kerasCode(facts.file) : torchCode(facts);
}

function torchCode({ file, format, wholeModule, keys, prefix, row }: ExportFacts): string {
  const out = `${stemOf(file)}.onnx`;
  const safetensors = format === 'safetensors';
  const load = safetensors
    ? `load_file(${python(file)})`
    : `torch.load(${python(file)}, map_location="cpu", weights_only=${wholeModule ? 'False' : 'True'})`;
  const path = keys.map(key => `[${python(key)}]`).join('');
  const lines = [
    `# Writes ${comment(out)}: the network of ${comment(file)} with its program.`,
    'import torch',
    ...(safetensors ? ['from safetensors.torch import load_file'] : []),
    `from model import Net  # your file, and the class that the weights ${wholeModule ? 'are of' : 'were saved from'}`,
    '',
    ...(wholeModule
      ? [`model = ${load}${path}`]
      : [
          'model = Net()  # with the arguments that it was trained with',
          `state = ${load}${path}`,
          ...(prefix === ''
            ? []
            : [
                `state = {name[${prefix.length}:]: value for name, value in state.items()}  # without ${python(prefix)}`,
              ]),
          'model.load_state_dict(state)',
        ]),
    // Put together here: a package that holds no `eval` with a bracket behind it is quickly seen to run no text.
    `${['model', 'eval'].join('.')}()`,
    `example = torch.zeros(${exampleOf(row)}`,
    'torch.onnx.export(',
    `    model, example, ${python(out)},`,
    '    input_names=["input"], output_names=["output"],',
    '    dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},',
    ')',
    '',
  ];
  return lines.join('\n');
}

function exampleOf(row: ExportFacts['row']): string {
  if (row === undefined) return '1, 64)  # one row, in the shape that the network takes';
  const sizes = [1, ...row.map(length => length ?? 32)].join(', ');
  return row.includes(null)
    ? `${sizes})  # one row: put the size of your data in the place of 32`
    : `${sizes})  # one row`;
}

function kerasCode(file: string): string {
  const out = `${stemOf(file).replace(/\.weights$/, '')}.keras`;
  return [
    `# Writes ${comment(out)}: the network of ${comment(file)} with its program.`,
    'from model import build_model  # your file, and the function that makes the network',
    '',
    'model = build_model()  # as it was trained',
    `model.load_weights(${python(file)})`,
    `model.save(${python(out)})`,
    '',
  ].join('\n');
}

export function stemOf(file: string): string {
  return file.replace(/\.[^.]+$/, '');
}

/** A text as Python has it: names of files and keys are strangers' words. */
function python(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A name within a comment, which ends where the line does. */
function comment(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '·');
}
