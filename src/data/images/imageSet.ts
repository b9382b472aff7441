import { Fault, type Warning } from '../../base/fault';
import type { DataDescription, DataOptions, InputTarget } from '../dataSet';
import type { RowsOnDemand } from '../format';
import type { ImageInfo } from './imageHeader';
import { planImages, type ImageSizes } from './imagePlan';
import { ImageRows, type ImageFile } from './imageRows';
import type { Decode } from './pixels';

/** Rows of images, laid out for the network where there is one. Throws `shape-mismatch` where they have several sizes and nothing says which. */
export function imageRows(
  images: readonly ImageFile[],
  options: DataOptions,
  source: string,
  warnings: readonly Warning[],
): RowsOnDemand {
  const sizes = sizesOf(images);
  const plan = planImages(sizes, options.target, options);
  if (plan === undefined) {
    const [first, second] = sizes.sizes.map(size =>
      images.find(({ info }) => info.width === size.width && info.height === size.height),
    );
    throw new Fault(
      'shape-mismatch',
      `The images have ${sizes.sizes.length} sizes (${said(first!)}, ${said(second!)}), and nothing says which to bring them to.`,
      { hint: 'Give them one size, or a network whose input has one.', source },
    );
  }
  const rows = new ImageRows(images, plan, options.libraries?.decodeJpeg ?? noJpegs(), source);
  return {
    rows: rows.rows,
    rowShape: rows.rowShape,
    type: 'uint8',
    columns: undefined,
    treatment: plan.treatment,
    warnings,
    values: () => rows.values,
    readRow: (row, target, at) => rows.readRow(row, target, at),
  };
}

/** `rows` images, of which these were looked at; and what is done to them for `target`. */
export function describeImages(
  images: readonly ImageFile[],
  format: string,
  {
    rows,
    classes,
    target,
  }: { readonly rows: number; readonly classes: boolean; readonly target: InputTarget | undefined },
): DataDescription {
  const sizes = sizesOf(images);
  const plan = planImages(sizes, undefined);
  const treatment = target === undefined ? undefined : planImages(sizes, target)?.treatment;
  const { width, height } = images[0]!.info;
  const channels = images.some(({ info }) => info.colour) ? 3 : 1;
  return {
    format,
    choices: [
      {
        part: undefined,
        without: [],
        rows,
        rowsExact: true,
        rowShape: plan?.rowShape ?? [channels, height, width],
        type: 'uint8',
        resizable: true,
        ...(treatment === undefined ? {} : { treatment }),
      },
    ],
    labels: classes ? [''] : [],
    arrays: [],
    columns: undefined,
  };
}

function sizesOf(images: readonly ImageFile[]): ImageSizes {
  const counts = new Map<string, { readonly info: ImageInfo; count: number }>();
  for (const { info } of images) {
    const key = `${info.width} ${info.height}`;
    const found = counts.get(key);
    if (found === undefined) counts.set(key, { info, count: 1 });
    else found.count++;
  }
  return {
    sizes: [...counts.values()].sort((a, b) => b.count - a.count).map(({ info }) => info),
    colour: images.some(({ info }) => info.colour),
  };
}

function said({ name, info }: ImageFile): string {
  return `${name} is ${info.width} × ${info.height}`;
}

/** Where no decoder is at hand. */
export function noJpegs(): Decode {
  return (_, name) => {
    throw new Fault('unsupported', `The image ${name} is a JPEG, and nothing here decodes them.`);
  };
}
