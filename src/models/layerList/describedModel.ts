import { MemorySource } from '../../base/bytes';
import type { Warning } from '../../base/fault';
import type { Assumed, Layer, Model, TensorInfo, UnsupportedOperator } from '../model';
import { OnnxModel } from '../onnx/onnxModel';
import type { Program } from '../program';
import type { StoredTensor } from '../storedTensor';
import { GUESSED_OPERATORS } from '../weightsOnly/details';
import type { WeightsModel } from '../weightsOnly/weightsModel';
import type { BuiltNetwork } from './buildNetwork';
import type { ChainAnswer } from './chain';

/** Where the program of a file of weights comes from, since it is not in it. */
export interface Assumption {
  /** A fact for the description: "layer list", "final.layers.json". */
  readonly detail: { readonly name: string; readonly value: string };
  /** Stands beside every number: "Activation relu: chosen by you." */
  readonly caveat: string;
  /** What a person said, where that is what it rests on. */
  readonly answer?: ChainAnswer;
  /** The list of layers, where it is one. */
  readonly layerList?: string;
  /** The whole of it, once. */
  readonly warning: string;
}

/**
 * A file of weights with a program that came from elsewhere: a list of layers beside it, or a chain whose activation was asked. Weights are the file's, layers are those of the
 * program, and what was assumed goes with every result.
 */
export class DescribedModel implements Model {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames = undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly program: Program;
  readonly assumption: Assumed;
  private readonly warning: Warning;

  constructor(
    private readonly weights: WeightsModel,
    built: BuiltNetwork,
    { detail, caveat, answer, layerList, warning }: Assumption,
    sourceName: string,
  ) {
    const { graph, operators, modules } = built;
    const onnx = new OnnxModel(new MemorySource(sourceName, graph.model('layers', weights.producer)), graph.siblings());
    this.format = weights.format;
    this.producer = weights.producer;
    this.parameters = weights.parameters;
    this.program = { kind: 'onnx', model: onnx };
    this.inputs = onnx.inputs;
    this.outputs = onnx.outputs;
    this.unsupported = onnx.unsupported;
    this.assumption = { sentence: caveat, answer, ...(layerList === undefined ? {} : { layerList }) };
    this.warning = { code: 'assumed-architecture', message: warning };
    const taken = new Set<string>();
    this.layers = onnx.layers.map((layer): Layer => {
      const path = modules.get(layer.name);
      const own =
        path === undefined ? [] : weights.layers.filter(({ name }) => name === path || name.startsWith(`${path}.`));
      for (const { name } of own) taken.add(name);
      return {
        ...layer,
        op: operators.get(layer.name) ?? layer.op,
        parameters: own.reduce((sum, { parameters }) => sum + parameters, 0),
        weights: own.flatMap(stored => stored.weights),
      };
    });
    const unused = weights.layers.filter(({ name, weights: tensors }) => tensors.length > 0 && !taken.has(name));
    this.details = [
      ...weights.details.filter(one => one !== GUESSED_OPERATORS),
      detail,
      ...unused.map(({ name, parameters }) => ({ name: 'not used', value: `${name} (${parameters} parameters)` })),
    ];
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    return [...this.weights.warnings, this.warning];
  }

  storedWeight(name: string): StoredTensor {
    return this.weights.storedWeight(name);
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    return this.weights.readWeight(name);
  }
}
