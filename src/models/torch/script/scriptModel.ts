import { MemorySource, type ByteSource } from '../../../base/bytes';
import { Fault, type Warning } from '../../../base/fault';
import type { Layer, Model, TensorInfo, UnsupportedOperator } from '../../model';
import { notFiniteWarnings } from '../../notFinite';
import { OnnxModel } from '../../onnx/onnxModel';
import type { Program } from '../../program';
import { readFloats } from '../../storedTensor';
import { layersOfModules } from '../../weightsOnly/moduleLayers';
import type { StateTensor } from '../../weightsOnly/stateTensor';
import { PickleObject } from '../pickle/values';
import type { TorchArchive } from '../torchFile';
import { Library } from './library';
import { scriptState } from './scriptModules';
import { ScriptError } from './syntax';
import { traceScript } from './trace';

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
  readonly program: Program;

  private readonly tensors: readonly StateTensor[];
  private readonly sourceName: string;
  private readonly remarks: readonly Warning[];
  private found: readonly Warning[] | undefined;

  private constructor(archive: TorchArchive, source: ByteSource) {
    this.sourceName = source.name;
    const root = archive.unpickle('data.pkl');
    if (!(root instanceof PickleObject)) throw new ScriptError('unsupported', 'a network that is no module');
    const library = new Library(archive);
    const { tensors, modules, operators } = scriptState(root, library);
    this.tensors = tensors;
    const trace = traceScript(root, library, archive.unpickle('constants.pkl', 'constants'));
    const { graph, stopped } = trace;
    const stop = stopped === undefined ? undefined : graph.stop(stopped);
    // The graph's own messages name the file that it was made from.
    const onnx = new OnnxModel(new MemorySource(source.name, graph.model('pytorch')), graph.siblings());
    this.program = { kind: 'onnx', model: onnx };
    this.inputs = onnx.inputs;
    this.outputs = stop === undefined ? onnx.outputs : [];
    this.unsupported = onnx.unsupported.map(one => (one.node === stop ? { ...one, operator: stopped! } : one));
    const stored = layersOfModules(modules, operators);
    this.parameters = stored.reduce((sum, layer) => sum + layer.parameters, 0);
    this.layers = mergedLayers(onnx.layers, stored, operators, stop === undefined ? '' : `${stop}_output_0`);
    this.remarks = trace.sawTraining
      ? [{ code: 'training-mode', message: 'The network was saved in training mode; it is run as model.eval() would run it.' }]
      : [];
    this.details = [
      { name: 'container', value: 'TorchScript' },
      { name: 'content', value: `module ${root.of.path.replace(/^__torch__\./, '').replace(/\.?___torch_mangle_\d+/g, '')}` },
      { name: 'tensors', value: String(tensors.length) },
      ...(trace.sizeFound === undefined ? [] : [{ name: 'input size', value: trace.sizeFound }]),
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
        hint: error.kind === 'corrupt' ? 'Copy or save the file again.' : 'Export the model with torch.onnx.export, and open the .onnx file.',
        source: source.name,
        cause: error,
      });
    }
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= [...this.remarks, ...notFiniteWarnings(this.tensors.filter(tensor => tensor.trained === true))];
    return this.found;
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const tensor = this.tensors.find(one => one.name === name);
    if (tensor === undefined)
      throw new Fault('not-found', `The file stores no tensor named "${name}".`, { source: this.sourceName });
    return { shape: tensor.shape, values: readFloats(tensor, this.sourceName) };
  }
}

/**
 * Layers of the graph, with the words and weights of the modules that they are; modules with weights that the program was not followed to come last, and depend
 * on what stopped it.
 */
function mergedLayers(
  computed: readonly Layer[],
  stored: readonly Layer[],
  operators: ReadonlyMap<string, string>,
  stop: string,
): readonly Layer[] {
  const byName = new Map(stored.map(layer => [layer.name, layer]));
  const seen = new Set<string>();
  const layers = computed.map((layer): Layer => {
    const own = byName.get(layer.name);
    seen.add(layer.name);
    const again = /^(.*)_\d+$/.exec(layer.name)?.[1];
    const op = operators.get(layer.name) ?? (again === undefined ? undefined : operators.get(again)) ?? layer.op;
    return own === undefined ? { ...layer, op } : { ...layer, op, parameters: own.parameters, weights: own.weights };
  });
  const rest = stored
    .filter(layer => layer.weights.length > 0 && !seen.has(layer.name))
    .map((layer): Layer => ({ ...layer, output: stop }));
  return [...layers, ...rest];
}
