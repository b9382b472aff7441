import type { OnnxNode } from './protocol';

/** Where a node stands among its author's modules. */
export interface Placement {
  /** Path of the module, such as blocks.0.fc1; `undefined` outside any. */
  readonly module: string | undefined;
  /** Whether a scope tells one call of the module from another, as in /relu_1/Relu. */
  readonly exact: boolean;
}

/**
 * Finds the module of each node. PyTorch's exporters write it in three ways: TorchScript's from 1.13 on in the node's name
 * (/blocks.0/fc1/Gemm), torch.export's in metadata (pkg.torch.onnx.name_scopes), and all of them in the names of
 * the weights (blocks.0.fc1.weight). `weights` holds the names of each node's stored tensors, largest first.
 */
export function placeNodes(nodes: readonly OnnxNode[], weights: readonly (readonly string[])[]): Placement[] {
  const scopes = nodes.map(scopeOf);
  const owners = weights.map(names => {
    for (const name of names) {
      const owner = moduleOfWeight(name);
      if (owner !== undefined) return owner;
    }
    return undefined;
  });
  const full = fullPaths(scopes, owners);
  return nodes.map((_, index) => {
    const scope = scopes[index];
    if (scope === undefined) return { module: owners[index], exact: false };
    if (scope.path === '') return { module: undefined, exact: scope.exact };
    return { module: completed(scope.path, full), exact: scope.exact };
  });
}

/** The module that a stored tensor belongs to by its name: fc1.weight → fc1; `undefined` where the name is made up. */
export function moduleOfWeight(name: string): string | undefined {
  const plain = name.replace(/(_(quantized|scale|zero_point|transposed|fp16|DequantizeLinear_Output))+$/, '');
  if (!/^\w+(\.\w+)+$/.test(plain)) return undefined;
  return plain.slice(0, plain.lastIndexOf('.'));
}

interface Scope {
  /** '' for the network itself. */
  readonly path: string;
  readonly exact: boolean;
}

function scopeOf(node: OnnxNode): Scope | undefined {
  const scopes = node.metadata.get('pkg.torch.onnx.name_scopes');
  if (scopes !== undefined) {
    const names = [...scopes.matchAll(/'([^']*)'|"([^"]*)"/g)].map(match => match[1] ?? match[2] ?? '');
    if (names.length >= 2) return { path: names.at(-2)!, exact: false };
  }
  const namespace = node.metadata.get('namespace');
  if (namespace !== undefined) {
    // ": Net/layer1: Sequential/layer1.0: Block/conv2d: aten.conv2d.default"
    const names = namespace.split('/').map(part => part.split(':')[0]!.trim());
    if (names.length >= 2) return { path: names.at(-2)!, exact: false };
  }
  if (!node.name.startsWith('/')) return undefined;
  const parts = node.name.slice(1).split('/');
  parts.pop();
  return { path: joined(parts), exact: true };
}

/** ["layer1", "layer1.0", "conv1"] → layer1.0.conv1: a child of a Sequential or ModuleList repeats its parent's name. */
function joined(parts: readonly string[]): string {
  let path: string[] = [];
  for (const part of parts) {
    if (path.length > 0 && part.startsWith(`${path.at(-1)!}.`)) path = path.slice(0, -1);
    path.push(part);
  }
  return path.join('.');
}

/**
 * A scope skips modules whose forward is not called (embeddings for bert.embeddings); the weights' names have them all. Where
 * both end in the same parts, each beginning of the scope stands for the beginning of the weight's module that is left, unless
 * another weight says otherwise.
 */
function fullPaths(
  scopes: readonly (Scope | undefined)[],
  owners: readonly (string | undefined)[],
): ReadonlyMap<string, string> {
  const full = new Map<string, string | undefined>();
  scopes.forEach((scope, index) => {
    let path = scope?.path ?? '';
    let owner = owners[index] ?? '';
    // Weights that modules share, or that the exporter found to be the same, bear the name of one of them.
    if (!isWithin(path, owner)) return;
    while (path !== '' && owner !== '' && lastPart(path) === lastPart(owner)) {
      full.set(path, full.has(path) && full.get(path) !== owner ? undefined : owner);
      path = parent(path);
      owner = parent(owner);
      // What is left is a beginning, even where the last parts differ: layer.0 in encoder.layer.0.
      if (path !== '' && owner !== '' && lastPart(path) !== lastPart(owner)) {
        full.set(path, full.has(path) && full.get(path) !== owner ? undefined : owner);
      }
    }
  });
  return new Map([...full].filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function completed(path: string, full: ReadonlyMap<string, string>): string {
  for (let head = path; head !== ''; head = parent(head)) {
    const known = full.get(head);
    if (known !== undefined) return known + path.slice(head.length);
  }
  return path;
}

/** Whether the parts of a scope stand in a weight's module in the same order, with others between them. */
function isWithin(path: string, owner: string): boolean {
  const parts = path.split('.');
  let found = 0;
  for (const part of owner.split('.')) if (part === parts[found]) found++;
  return found === parts.length;
}

function parent(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? '' : path.slice(0, dot);
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
