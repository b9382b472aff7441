import path from 'node:path';

/** Fewer images than this in a folder without classes are pictures of a page, not data. */
const FEWEST_IMAGES = 10;

/**
 * The folders among which images are data: one whose sub-folders hold images, a class each, stands for them; else each folder that holds a number of them.
 */
export function imageFolders(images: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const image of images) {
    const folder = path.dirname(image);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const children = new Map<string, string[]>();
  for (const folder of counts.keys()) {
    const parent = path.dirname(folder);
    children.set(parent, [...(children.get(parent) ?? []), folder]);
  }
  const found = new Set<string>();
  for (const [folder, count] of counts) {
    const parent = path.dirname(folder);
    const isClass =
      (children.get(parent) ?? []).length > 1 && !counts.has(parent) && enough(children.get(parent)!, counts);
    if (isClass) found.add(parent);
    else if (count >= FEWEST_IMAGES) found.add(folder);
  }
  return [...found];
}

function enough(folders: readonly string[], counts: ReadonlyMap<string, number>): boolean {
  return folders.reduce((sum, folder) => sum + counts.get(folder)!, 0) >= FEWEST_IMAGES;
}
