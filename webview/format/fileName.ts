/** A file by its last part, whatever folders stand before it: "/data/test.npz#X" is "test.npz#X". */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** Labels as people name them beside their data: by their part alone where both are in one file. */
export function labelsName(labels: string, data: string): string {
  const cut = labels.lastIndexOf('#');
  const sameFile = cut > 0 && labels.slice(0, cut) === data.replace(/#[^#]*$/, '');
  return sameFile ? labels.slice(cut + 1) : fileName(labels);
}
