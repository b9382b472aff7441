/** A name that is one word, and still says which block it is in: conv2_block1_1_bn, block_3_expand, stage4a_relu. */
const NUMBERED_BLOCK = /^((?:[a-z]+\d*_)?(?:block|stage|stack|cell|mixed|group|unit|layer)_?\d+[a-z]?)_(.+)$/i;

/**
 * The scopes that each layer's name puts it in, outermost first, and last its own name: blocks.0.fc1 is [blocks, 0, fc1]. Names of operators that an exporter wrote as paths
 * (/layer.0/attention/Add) begin where the exporter's trace began, which may be inside a module of the weights' names (bert.encoder.layer.0.attention): then they are completed with
 * what is before it there, unless that could be one of several.
 */
export function scopesOf(names: readonly string[]): readonly (readonly string[])[] {
  const split = names.map(parts);
  const known = new Set<string>();
  names.forEach((name, at) => {
    if (name.startsWith('/')) return;
    const path = split[at]!;
    for (let length = 1; length < path.length; length++) known.add(path.slice(0, length).join('.'));
  });
  const endings = new Map<string, string | undefined>();
  for (const scope of known) {
    const steps = scope.split('.');
    for (let from = 1; from < steps.length; from++) {
      const ending = steps.slice(from).join('.');
      // Seen twice, it could be either.
      endings.set(ending, endings.has(ending) ? undefined : scope);
    }
  }
  return split.map((path, at) => {
    if (!names[at]!.startsWith('/') || path.length < 2) return path;
    const scope = path.slice(0, -1);
    if (known.has(scope.join('.'))) return path;
    // The longest beginning that is the end of a known scope: what lies deeper is the exporter's own.
    for (let length = scope.length; length > 0; length--) {
      const found = endings.get(scope.slice(0, length).join('.'));
      if (found !== undefined) return [...found.split('.'), ...path.slice(length)];
    }
    return path;
  });
}

function parts(name: string): readonly string[] {
  const found = name.split(/[./]/).filter(part => part !== '');
  if (found.length !== 1) return found.length === 0 ? [name] : found;
  const numbered = NUMBERED_BLOCK.exec(found[0]!);
  return numbered === null ? found : [numbered[1]!, numbered[2]!];
}
