import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imageFolders } from '../../../src/host/data/imageFolders';

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
