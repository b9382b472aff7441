import type { AlignedLayers, ComparedModel, CompareHead, NamedLine } from './compare';

/** Lines with their names. */
export function namedLines(
  lines: readonly AlignedLayers[],
  models: readonly Pick<ComparedModel, 'layers'>[],
): readonly NamedLine[] {
  return lines.map(({ layers }) => {
    const names = layers.flatMap((layer, model) => (layer === null ? [] : [models[model]!.layers[layer]!.name]));
    return { name: [...new Set(names)].join(' / '), layers };
  });
}

/** How a line of the alignment is called. */
export function lineName(head: Pick<CompareHead, 'lines'>, line: number): string {
  return head.lines[line]!.name;
}

/** Short names that tell the models apart: the file's, with as many folders before it as that takes. */
export function modelNames(models: readonly { readonly name: string }[]): readonly string[] {
  const parts = models.map(({ name }) => name.split(/[/\\]/).filter(part => part !== ''));
  const most = Math.max(...parts.map(({ length }) => length));
  for (let taken = 1; taken <= most; taken++) {
    const names = parts.map(list => list.slice(-taken).join('/'));
    if (new Set(names).size === names.length) return names;
  }
  return parts.map((list, i) => `${list.at(-1) ?? ''} (${i + 1})`);
}
