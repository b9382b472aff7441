import { Fault, type Warning } from '../../base/fault';
import type { Layer, Model } from '../model';
import { notFiniteWarnings } from '../notFinite';
import { readFloats } from '../storedTensor';
import type { MissingProgram } from '../layerList/missingProgram';
import { isTrained, layersOfModules, modulesOf, wrapperPrefix, type ModuleTensors } from './moduleLayers';
import { shardWarnings } from './shard';
import type { StateTensor } from './stateTensor';

/** What a format found in a file of weights. */
export interface WeightsFile {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly tensors: readonly StateTensor[];
  /** Modules in the order of the network; found from the tensors' names where undefined. */
  readonly modules?: readonly ModuleTensors[] | undefined;
  /** Operators of modules by their paths, where the file says them. */
  readonly operators?: ReadonlyMap<string, string> | undefined;
  /** Whether tensors come by their names, and not in the order in which their author made them. */
  readonly sorted?: boolean;
  readonly origin?: StateOrigin;
  /** As the user gave it. */
  readonly source: string;
}

/** How a file holds its weights, for code that loads it. */
export interface StateOrigin {
  /** Whether it is a module that was saved whole. */
  readonly wholeModule: boolean;
  /** Keys under which a checkpoint has its state dictionary. */
  readonly keys: readonly string[];
}

/** A model without a graph: its weights are known, and what they say of its layers. */
export class WeightsModel implements Model {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs = [];
  readonly outputs = [];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames = undefined;
  readonly unsupported = [];
  readonly program = undefined;
  /** Set once it is known that nothing beside the file says it either. */
  missing: MissingProgram | undefined;
  readonly modules: readonly ModuleTensors[];
  /** Operators of modules by their paths, where the file says them. */
  readonly operators: ReadonlyMap<string, string>;
  readonly sorted: boolean;
  readonly origin: StateOrigin & { readonly prefix: string };

  private readonly byName: ReadonlyMap<string, StateTensor>;
  private found: readonly Warning[] | undefined;

  constructor(private readonly file: WeightsFile) {
    this.format = file.format;
    this.producer = file.producer;
    this.details = file.details;
    this.byName = new Map(file.tensors.map(tensor => [tensor.name, tensor]));
    this.modules = file.modules ?? modulesOf(file.tensors);
    this.operators = file.operators ?? new Map();
    this.sorted = file.sorted ?? false;
    this.origin = { wholeModule: false, keys: [], ...file.origin, prefix: wrapperPrefix(file.tensors) };
    this.layers = layersOfModules(this.modules, this.operators);
    this.parameters = this.layers.reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= [...shardWarnings(this.file.source), ...notFiniteWarnings(this.file.tensors.filter(isTrained))];
    return this.found;
  }

  storedWeight(name: string): StateTensor {
    const tensor = this.byName.get(name);
    if (tensor === undefined)
      throw new Fault('not-found', `The file stores no tensor named "${name}".`, { source: this.file.source });
    return tensor;
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const tensor = this.storedWeight(name);
    return { shape: tensor.shape, values: readFloats(tensor, this.file.source) };
  }
}
