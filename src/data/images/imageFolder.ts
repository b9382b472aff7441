import { Fault, type Warning } from '../../base/fault';
import type { FolderEntry, FolderSource } from '../../base/folder';
import { listed, quoted } from '../../base/text';
import type { FolderFormat } from '../format';
import { rawLabelsOfTexts } from '../labels';
import { imageFault, looksLikeJpeg, looksLikePng, otherImage, readImageInfo } from './imageHeader';
import type { ImageFile } from './imageRows';
import { describeImages, imageRows } from './imageSet';

/** Enough for the header of nearly every image; the others are read whole. */
const HEAD_BYTES = 4096;
const IMAGE_NAME = /\.(png|jpe?g)$/i;
/** Of a large folder, the headers of so many tell enough for a description. */
const MOST_LOOKED_AT = 400;
/** What systems leave in every folder. */
const LITTER = /^(\.|thumbs\.db$|desktop\.ini$|__MACOSX$)/i;

/** Images below a folder, in natural order of their paths; the sub-folder that each is in is its class. */
export const imageFolder: FolderFormat = {
  name: 'images',
  matches: folder => wanted(folder).some(entry => IMAGE_NAME.test(entry.path) || isImage(folder.read(entry, 32))),
  openRows(folder, options) {
    const { images, warnings } = readFolder(folder);
    return imageRows(
      images.map(({ image }) => image),
      options,
      folder.name,
      warnings,
    );
  },
  readLabels(folder) {
    const { images } = readFolder(folder);
    return { raw: rawLabelsOfTexts(classesOf(folder, images)), part: undefined };
  },
  describe(folder, target) {
    const called = wanted(folder).filter(({ path }) => IMAGE_NAME.test(path));
    const looked = called.length > MOST_LOOKED_AT ? spread(called, MOST_LOOKED_AT) : wanted(folder);
    const { images } = readFolder(folder, looked);
    const inFolders = images.every(({ entry }) => entry.path.includes('/'));
    return describeImages(
      images.map(({ image }) => image),
      'images',
      {
        rows: looked.length === MOST_LOOKED_AT ? called.length : images.length,
        classes: inFolders && splitOf(images) === undefined,
        target,
      },
    );
  },
};

interface FolderImage {
  readonly entry: FolderEntry;
  readonly image: ImageFile;
}

function wanted(folder: FolderSource): readonly FolderEntry[] {
  return folder.entries.filter(({ path }) => !path.split('/').some(part => LITTER.test(part)));
}

/** So many of the entries, from the first to the last. */
function spread(entries: readonly FolderEntry[], count: number): readonly FolderEntry[] {
  return Array.from({ length: count }, (_, i) => entries[Math.floor((i * entries.length) / count)]!);
}

/** Every image's header. Throws `corrupt` for a file that is called an image and is none, `unsupported` for images of other kinds, naming them. */
function readFolder(
  folder: FolderSource,
  entries = wanted(folder),
): { readonly images: readonly FolderImage[]; readonly warnings: Warning[] } {
  const images: FolderImage[] = [];
  const others: string[] = [];
  for (const entry of entries) {
    const name = quoted(entry.path, 120);
    const head = folder.read(entry, Math.min(HEAD_BYTES, entry.size));
    if (!isImage(head)) {
      const other = otherImage(head);
      if (other !== undefined)
        throw imageFault(name)(`is ${other}; PNG and JPEG are read`, 'unsupported').at(folder.name);
      if (IMAGE_NAME.test(entry.path)) throw imageFault(name)('it does not begin like one').at(folder.name);
      others.push(entry.path);
      continue;
    }
    const info = readImageInfo(head, entry.size, name) ?? readImageInfo(folder.read(entry), entry.size, name);
    images.push({ entry, image: { name, info: info!, read: () => folder.read(entry) } });
  }
  const warnings: Warning[] = [];
  if (others.length > 0)
    warnings.push({
      code: 'left-out',
      message: `${others.length === 1 ? 'A file that is no image was' : `${others.length} files that are no images were`} left out: ${listed(others, 3)}.`,
    });
  if (folder.passedOver > 0)
    warnings.push({
      code: 'left-out',
      message: `${folder.passedOver === 1 ? 'A link was' : `${folder.passedOver} links were`} not followed.`,
    });
  return { images, warnings };
}

function isImage(head: Uint8Array): boolean {
  return looksLikePng(head) || looksLikeJpeg(head);
}

function classesOf(folder: FolderSource, images: readonly FolderImage[]): readonly string[] {
  const split = splitOf(images);
  if (split !== undefined)
    throw new Fault('usage', `The sub-folders ${listed(split)} are parts of a data set, not classes.`, {
      hint: `Name one of them, such as ${folder.name}/${split[0]!}.`,
      source: folder.name,
    });
  return images.map(({ entry }) => {
    const cut = entry.path.indexOf('/');
    if (cut < 0)
      throw new Fault('usage', `The image ${quoted(entry.path)} is in no sub-folder, which would be its class.`, {
        hint: 'Put the images of each class into a sub-folder, or give labels from a file.',
        source: folder.name,
      });
    return entry.path.slice(0, cut);
  });
}

const PART = /^(train(ing)?|test(ing)?|val(id(ation)?)?|holdout|eval)$/i;

/** Names of first sub-folders where all of them are called like parts of a data set, and hold sub-folders in turn. */
function splitOf(images: readonly FolderImage[]): readonly string[] | undefined {
  const paths = images.map(({ entry }) => entry.path.split('/'));
  const names = [...new Set(paths.map(parts => parts[0]!))];
  return names.every(name => PART.test(name)) && paths.every(parts => parts.length > 2) ? names : undefined;
}
