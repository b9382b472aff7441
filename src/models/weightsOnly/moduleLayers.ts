import { isFloat, isQuantised } from '../elements';
import type { Layer, WeightInfo } from '../model';
import { isBufferName } from './buffers';
import { guessOperator } from './guessOperator';
import type { NamedTensor, StateTensor } from './stateTensor';

/** Tensors of one module, by their names within it. */
export interface ModuleTensors<T extends NamedTensor = StateTensor> {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, T>;
}

/**
 * Groups tensors by the module that they belong to: encoder.layer.0.fc.weight is the weight of encoder.layer.0.fc. A tensor without a
 * module is one by its own name. Modules come in the order of their first tensors. A prefix that a wrapper put before all names
 * (`module.` of DataParallel, `_orig_mod.` of torch.compile) is no module of the author's.
 */
export function modulesOf<T extends NamedTensor>(tensors: readonly T[]): readonly ModuleTensors<T>[] {
  const prefix = wrapperPrefix(tensors);
  const modules = new Map<string, Map<string, T>>();
  for (const tensor of tensors) {
    const { path, own } = place(tensor.name.slice(prefix.length));
    let members = modules.get(path);
    if (members === undefined) modules.set(path, (members = new Map<string, T>()));
    members.set(own, tensor);
  }
  return [...modules].map(([path, members]) => ({ path, tensors: members }));
}

const WRAPPERS = ['module.', '_orig_mod.'];

/** What wrappers put before all names; empty where there are none. */
export function wrapperPrefix(tensors: readonly NamedTensor[]): string {
  let prefix = '';
  for (let found = true; found && tensors.length > 0;) {
    found = false;
    for (const wrapper of WRAPPERS) {
      if (!tensors.every(({ name }) => name.startsWith(prefix + wrapper))) continue;
      prefix += wrapper;
      found = true;
    }
  }
  return prefix;
}

function place(name: string): { readonly path: string; readonly own: string } {
  const parametrised = name.indexOf('.parametrizations.');
  const dot = parametrised > 0 ? parametrised : Math.max(name.lastIndexOf('.'), name.lastIndexOf('/'));
  if (dot > 0) return { path: name.slice(0, dot), own: name.slice(dot + 1) };
  // The state of a single layer has no path at all.
  return { path: OWN_NAME.test(name) ? 'network' : name, own: name };
}

const OWN_NAME =
  /^(weight|bias|kernel|running_(mean|var)|num_batches_tracked|in_proj_\w+|(weight|bias)_(ih|hh|g|v)\w*)$/;

/** One layer a module; `operators` says what is known of some, the others are guessed. */
export function layersOfModules(
  modules: readonly ModuleTensors<NamedTensor>[],
  operators: ReadonlyMap<string, string> = new Map(),
): readonly Layer[] {
  const seen = new Set<string>();
  return modules.map(({ path, tensors }): Layer => {
    let parameters = 0;
    const weights = [...tensors.values()].map((tensor): WeightInfo => {
      const { name, shape, type, size } = tensor;
      const trained = isTrained(tensor);
      if (trained && !(tensor.sharedAs !== undefined && seen.has(tensor.sharedAs))) parameters += size;
      if (tensor.sharedAs !== undefined) seen.add(tensor.sharedAs);
      return { name, shape, type, trained };
    });
    const shapes = new Map([...tensors].map(([own, { shape }]) => [own, shape]));
    return {
      name: path,
      op: operators.get(path) ?? guessOperator(path, shapes),
      outputShape: undefined,
      parameters,
      weights,
      output: '',
      inputs: [],
    };
  });
}

/** Without a word of the file: floats and what stands for floats are trained, unless the name is that of a buffer. */
export function isTrained({ name, type, trained }: NamedTensor): boolean {
  if (trained !== undefined) return trained;
  if (isBufferName(name)) return false;
  return isFloat(type) || type.startsWith('complex') || (isQuantised(type) && /weight$|kernel$/.test(name));
}
