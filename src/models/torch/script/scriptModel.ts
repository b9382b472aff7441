import { MemorySource, type ByteSource } from '../../../base/bytes';
import { Fault, type Warning } from '../../../base/fault';
import type { Layer, Model, TensorInfo, UnsupportedOperator } from '../../model';
import { notFiniteWarnings } from '../../notFinite';
import { OnnxModel } from '../../onnx/onnxModel';
import type { OnnxProgram } from '../../program';
import { readFloats, type StoredTensor } from '../../storedTensor';
import { layersOfModules } from '../../weightsOnly/moduleLayers';
import type { StateTensor } from '../../weightsOnly/stateTensor';
import { PickleObject } from '../pickle/values';
import type { TorchArchive } from '../torchFile';
import { Library } from './library';
import { scriptState } from './scriptModules';
import { ScriptError } from './syntax';
import { traceScript, type InputShape } from './trace';

/**
 * A TorchScript network. Its weights are those of its modules; its graph is what its program does to any input, brought to ONNX. What of the program cannot be
 * followed is named, and everything before it can be run.
 */
export class ScriptModel implements Model {
  readonly format = 'pytorch';
  readonly producer = 'pytorch';
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames = undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly program: OnnxProgram;

  private readonly tensors: readonly StateTensor[];
  private readonly remarks: readonly Warning[];
  private found: readonly Warning[] | undefined;

  private readonly sizeTaken: InputShape | undefined;
  private readonly stopped: boolean;

  private constructor(
    private readonly archive: TorchArchive,
    private readonly source: ByteSource,
    shape?: InputShape,
  ) {
    const root = archive.unpickle('data.pkl');
    if (!(root instanceof PickleObject)) throw new ScriptError('unsupported', 'a network that is no module');
    const library = new Library(archive);
    const { tensors, modules, operators } = scriptState(root, library);
    this.tensors = tensors;
    const trace = traceScript(root, library, archive.unpickle('constants.pkl', 'constants'), shape);
    const { graph, stopped } = trace;
    this.sizeTaken = trace.sizeTaken;
    this.stopped = stopped !== undefined;
    const stop = stopped === undefined ? undefined : graph.stop(stopped);
    // The graph's own messages name the file that it was made from.
    const onnx = new OnnxModel(new MemorySource(source.name, graph.model('torchscript', 'pytorch')), graph.siblings());
    this.program = { kind: 'onnx', model: onnx };
    this.inputs = onnx.inputs;
    this.outputs = stop === undefined ? onnx.outputs : [];
    this.unsupported = onnx.unsupported.map(one => (one.node === stop ? { ...one, operator: stopped! } : one));
    const stored = layersOfModules(modules, operators);
    // torch.jit.freeze writes weights into the program, and leaves modules without.
    this.parameters = tensors.length > 0 ? stored.reduce((sum, layer) => sum + layer.parameters, 0) : onnx.parameters;
    const merged = mergedLayers(onnx.layers, stored, operators, stop === undefined ? undefined : `${stop}_output_0`);
    this.layers = merged.layers;
    this.remarks = trace.sawTraining
      ? [
          {
            code: 'training-mode',
            message: 'The network was saved in training mode; it is run in evaluation mode.',
          },
        ]
      : [];
    this.details = [
      { name: 'container', value: 'TorchScript' },
      {
        name: 'content',
        value: `module ${root.of.path.replace(/^__torch__\./, '').replace(/___torch_mangle_\d+\./g, '')}`,
      },
      { name: 'tensors', value: String(tensors.length) },
      ...(trace.sizeFound === undefined ? [] : [{ name: 'input size', value: trace.sizeFound }]),
      ...merged.unused.map(({ name, parameters }) => ({
        name: 'not used',
        value: `${name} (${parameters} parameters)`,
      })),
    ];
  }

  /** Throws `corrupt`, `unsafe`, `unsupported`, `too-large`. */
  static open(archive: TorchArchive, source: ByteSource): ScriptModel {
    try {
      return new ScriptModel(archive, source);
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      const sentences = {
        corrupt: `The TorchScript file is damaged: ${error.what}.`,
        unsupported: `The TorchScript program cannot be followed: it has ${error.what}.`,
        'too-large': `The TorchScript file is refused: ${error.what}.`,
      };
      throw new Fault(error.kind, sentences[error.kind], {
        hint:
          error.kind === 'corrupt'
            ? 'Copy or save the file again.'
            : 'Export the model with torch.onnx.export, and open the .onnx file.',
        source: source.name,
        cause: error,
      });
    }
  }

  forRows(rowShape: readonly number[]): Model | undefined {
    const taken = this.sizeTaken;
    const dims = taken === undefined ? undefined : shapeOfRows(rowShape, taken.dims);
    if (taken === undefined || dims === undefined) return undefined;
    const fitted = new ScriptModel(this.archive, this.source, { name: taken.name, dims });
    return fitted.stopped ? undefined : fitted;
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= [...this.remarks, ...notFiniteWarnings(this.tensors.filter(tensor => tensor.trained === true))];
    if (this.tensors.length === 0) this.found = [...this.found, ...this.program.model.warnings];
    return this.found;
  }

  storedWeight(name: string): StoredTensor {
    return this.tensors.find(one => one.name === name) ?? this.program.model.storedWeight(name);
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const tensor = this.storedWeight(name);
    return { shape: tensor.shape, values: readFloats(tensor, this.source.name) };
  }
}

interface Merged {
  readonly layers: readonly Layer[];
  /** Modules whose weights no computation uses. */
  readonly unused: readonly Layer[];
}

/**
 * Layers of the graph, with the words and weights of the modules that they are. A module that is never called by itself (the projection that attention takes the
 * weights of) belongs to the layer around it. Where the program was not followed to its end, modules that were not reached come last and depend on what
 * stopped it.
 */
function mergedLayers(
  computed: readonly Layer[],
  stored: readonly Layer[],
  operators: ReadonlyMap<string, string>,
  stop: string | undefined,
): Merged {
  const byName = new Map(stored.map(layer => [layer.name, layer]));
  const names = new Set(computed.map(layer => layer.name));
  const inner = new Map<string, Layer[]>();
  const rest: Layer[] = [];
  for (const layer of stored) {
    if (layer.weights.length === 0 || names.has(layer.name)) continue;
    const around = ancestors(layer.name).find(name => names.has(name));
    if (around === undefined) rest.push(layer);
    else inner.set(around, [...(inner.get(around) ?? []), layer]);
  }
  const layers = computed.map((layer): Layer => {
    const again = /^(.*)_\d+$/.exec(layer.name)?.[1];
    const op = operators.get(layer.name) ?? (again === undefined ? undefined : operators.get(again)) ?? layer.op;
    const own = byName.get(layer.name);
    const parts = [...(own === undefined ? [] : [own]), ...(inner.get(layer.name) ?? [])];
    if (parts.length === 0) return { ...layer, op };
    return {
      ...layer,
      op,
      parameters: parts.reduce((sum, part) => sum + part.parameters, 0),
      weights: parts.flatMap(part => part.weights),
    };
  });
  if (stop === undefined) return { layers, unused: rest };
  return { layers: [...layers, ...rest.map(layer => ({ ...layer, output: stop }))], unused: [] };
}

/** encoder.layer.0 and encoder for encoder.layer.0.attention, the nearest first. */
function ancestors(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, at) => parts.slice(0, parts.length - 1 - at).join('.'));
}

/**
 * The input's shape with the sides that rows have: [C, …] or [… , C], without the channels where they are one, or flat and square. `undefined` where the rows fit
 * what was taken, or do not fit at all.
 */
function shapeOfRows(
  rowShape: readonly number[],
  taken: readonly (number | null)[],
): readonly (number | null)[] | undefined {
  const [, channels, ...before] = taken;
  const count = before.length;
  let sides: readonly number[] | undefined;
  if (rowShape.length === count + 1 && channels === null) sides = rowShape.slice(1);
  else if (rowShape.length === count + 1)
    sides =
      rowShape[0] === channels ? rowShape.slice(1) : rowShape.at(-1) === channels ? rowShape.slice(0, -1) : undefined;
  else if (rowShape.length === count && channels === 1) sides = rowShape;
  else if (rowShape.length === 1 && typeof channels === 'number') {
    const side = Math.round((rowShape[0]! / channels) ** (1 / count));
    if (channels * side ** count === rowShape[0]) sides = new Array<number>(count).fill(side);
  }
  if (sides === undefined || sides.join() === before.join()) return undefined;
  return [null, channels ?? null, ...sides];
}
