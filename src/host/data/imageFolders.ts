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

/** What a search for images passes over. */
export interface PassedOver {
  /** Folders with all that is below them. */
  readonly whole: readonly string[];
  /** Folders whose own images are passed over, and not those below. */
  readonly own: readonly string[];
}

/**
 * The same among more images than a search gives at once: what was found is passed over in the next search, so that one folder of tens of thousands does not hide the others, and no more than a
 * few thousand names are ever held.
 */
export async function findImageFolders(
  search: (passedOver: PassedOver) => Promise<readonly string[]>,
  atMost: number,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let round = 0; round < MOST_SEARCHES; round++) {
    const whole = imageFolders([...found]);
    const own = [...new Set([...found].map(image => path.dirname(image)))].filter(
      folder => !whole.some(above => folder === above || folder.startsWith(above + path.sep)),
    );
    const more = await search({ whole, own });
    const before = found.size;
    for (const image of more) found.add(image);
    if (more.length < atMost || found.size === before) break;
  }
  return imageFolders([...found]);
}

/** A search reads the folders of the workspace anew. */
const MOST_SEARCHES = 16;

function enough(folders: readonly string[], counts: ReadonlyMap<string, number>): boolean {
  return folders.reduce((sum, folder) => sum + counts.get(folder)!, 0) >= FEWEST_IMAGES;
}
