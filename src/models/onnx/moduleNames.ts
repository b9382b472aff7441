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
  const prefixes = prefixesOfRoots(scopes, owners);
  return nodes.map((_, index) => {
    const scope = scopes[index];
    if (scope === undefined) return { module: owners[index], exact: false };
    if (scope.path === '') return { module: undefined, exact: scope.exact };
    const root = firstPart(scope.path);
    return { module: (prefixes.get(root) ?? '') + scope.path, exact: scope.exact };
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

function firstPart(path: string): string {
  const dot = path.indexOf('.');
  return dot < 0 ? path : path.slice(0, dot);
}

/**
 * Scopes begin at the first module whose forward is called, so a prefix may be missing (embeddings for bert.embeddings). The
 * weights' names have it: where all weights below a root agree on one, it is put before the root.
 */
function prefixesOfRoots(
  scopes: readonly (Scope | undefined)[],
  owners: readonly (string | undefined)[],
): ReadonlyMap<string, string> {
  const prefixes = new Map<string, string | undefined>();
  scopes.forEach((scope, index) => {
    const owner = owners[index];
    if (scope === undefined || scope.path === '' || owner === undefined) return;
    const root = firstPart(scope.path);
    const prefix =
      owner === scope.path ? '' : owner.endsWith(`.${scope.path}`) ? owner.slice(0, -scope.path.length) : undefined;
    if (prefix === undefined) return;
    if (!prefixes.has(root)) prefixes.set(root, prefix);
    else if (prefixes.get(root) !== prefix) prefixes.set(root, undefined);
  });
  return new Map([...prefixes].filter((entry): entry is [string, string] => entry[1] !== undefined));
}
