import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findImageFolders, imageFolders } from '../../../src/host/data/imageFolders';

const images = (folder: string, count: number) => Array.from({ length: count }, (_, i) => `${folder}/${i}.png`);

describe('Folders of images among the files of a workspace', () => {
  it('are the one above a class a sub-folder', () => {
    const classes = [...images('/w/data/pets/cat', 6), ...images('/w/data/pets/dog', 6)];
    assert.deepEqual(imageFolders(classes), ['/w/data/pets']);
  });

  it('are the parts of a data set, each with its classes', () => {
    const parts = ['train', 'test'].flatMap(part => ['a', 'b'].flatMap(name => images(`/w/set/${part}/${name}`, 8)));
    assert.deepEqual(imageFolders(parts), ['/w/set/train', '/w/set/test']);
  });

  it('are those with many images, but not a page’s pictures', () => {
    assert.deepEqual(imageFolders([...images('/w/faces', 40), ...images('/w/docs/images', 4)]), ['/w/faces']);
    assert.deepEqual(imageFolders([...images('/w/docs/a', 2), ...images('/w/docs/b', 2)]), []);
  });
});

describe('Folders of more images than a search gives', () => {
  /** A workspace that is searched as VS Code does it, `most` at a time. */
  async function foldersOf(all: readonly string[], most: number) {
    let searches = 0;
    const found = await findImageFolders(({ whole, own }) => {
      searches++;
      const left = all.filter(
        image =>
          !whole.some(folder => image.startsWith(`${folder}/`)) &&
          !own.some(folder => image.slice(0, image.lastIndexOf('/')) === folder),
      );
      return Promise.resolve(left.slice(0, most));
    }, most);
    return { found: new Set(found), searches };
  }

  it('are all found, in a few searches: of 60 000 images in one, of ten large classes, and small ones behind them', async () => {
    const digits = Array.from({ length: 10 }, (_, k) => images(`/w/digits/${k}`, 6000)).flat();
    const all = [...images('/w/faces', 60_000), ...images('/w', 3), ...digits, ...images('/w/zoo', 12)];
    const { found, searches } = await foldersOf(all, 2000);
    assert.deepEqual(found, new Set(['/w/faces', '/w/digits', '/w/zoo']));
    assert.ok(searches <= 5, `${searches} searches`);
  });

  it('are those that were found by then where there is no end of them', async () => {
    const scattered = Array.from({ length: 400 }, (_, k) => images(`/w/${k}/deep/${k}`, 20)).flat();
    const { found, searches } = await foldersOf(scattered, 100);
    assert.ok(found.size >= 50 && searches <= 16);
  });
});
