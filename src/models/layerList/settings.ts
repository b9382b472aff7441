/** What a setting of a layer may be. Names and meanings are those of torch.nn. */
export type SettingRule = {
  readonly help: string;
  /** What holds where it is left out, as in torch.nn; `undefined` where it has to be said or follows from shapes. */
  readonly usual?: number | boolean | string | readonly number[];
  /** Whether it may be left out although nothing is usual. */
  readonly optional?: true;
} & (
  | { readonly kind: 'integer'; readonly least: number; readonly most: number }
  /** One whole number for all sides, or one for each. */
  | { readonly kind: 'sizes'; readonly least: number; readonly most: number; readonly count: number }
  | { readonly kind: 'integers'; readonly least: number; readonly most: number }
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  /** Sizes, or "same". */
  | { readonly kind: 'padding'; readonly most: number; readonly count: number }
);

export type Settings = Readonly<Record<string, SettingRule>>;

/** Kernels, strides and the like of real networks stay far below: beyond it a shape would be without end. */
export const LARGEST_SIZE = 4096;
/** An adaptive pool has a window for each place that it gives. */
export const LARGEST_POOL = 256;

export const size = (help: string, usual?: number, most = LARGEST_SIZE): SettingRule => ({
  kind: 'integer',
  least: 1,
  most,
  help,
  ...(usual === undefined ? {} : { usual }),
});

export const sizes = (
  count: number,
  help: string,
  {
    usual,
    least = 1,
    most = LARGEST_SIZE,
    optional,
  }: { usual?: number; least?: number; most?: number; optional?: true } = {},
): SettingRule => ({
  kind: 'sizes',
  count,
  least,
  most,
  help,
  ...(usual === undefined ? {} : { usual }),
  ...(optional === undefined ? {} : { optional }),
});

export const axis = (help: string, usual?: number): SettingRule => ({
  kind: 'integer',
  least: -8,
  most: 8,
  help,
  ...(usual === undefined ? {} : { usual }),
});

export const real = (help: string, usual?: number, least = -1e6, most = 1e6): SettingRule => ({
  kind: 'number',
  least,
  most,
  help,
  ...(usual === undefined ? {} : { usual }),
});

export const epsilon = (usual?: number): SettingRule => real('What is added to the variance.', usual, 0, 1);

export const flag = (help: string, usual: boolean): SettingRule => ({ kind: 'flag', help, usual });

export const choice = (choices: readonly string[], help: string, usual?: string): SettingRule => ({
  kind: 'choice',
  choices,
  help,
  ...(usual === undefined ? {} : { usual }),
});
