import type { CompareHead } from './compare';

/** How a line of the alignment is called: the layer's name, or those of the first and of others where they differ. */
export function lineName(head: Pick<CompareHead, 'lines' | 'models'>, line: number): string {
  const names = head.lines[line]!.layers.flatMap((layer, model) =>
    layer === null ? [] : [head.models[model]!.layers[layer]!.name],
  );
  return [...new Set(names)].join(' / ');
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
