import type { Feature } from './feature';

/**
 * A picture as a list of marks, in CSS pixels. Plots make scenes, renderers draw them (SVG elements, SVG text, canvas);
 * neither knows of the other. Colours are roles: what they look like is the theme's business.
 */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** What the picture is and what it says, for those who do not see it. */
  readonly title: string;
  readonly marks: readonly Mark[];
}

export type Paint =
  'foreground' | 'muted' | 'grid' | 'background' | 'h0' | 'h1' | 'h2' | 'accent' | 'other' | `class${number}`;

export interface MarkStyle {
  readonly fill?: Paint;
  readonly stroke?: Paint;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
  /** How present the mark is: `pale` for what is within noise, `wash` for areas behind other marks, `mist` for the whisper of one. */
  readonly tone?: 'full' | 'pale' | 'wash' | 'mist';
}

export type Shape = 'circle' | 'triangle' | 'square' | 'diamond';

interface MarkBase {
  /** What the mark stands for: it answers to the pointer. */
  readonly feature?: Feature;
}

export type Mark =
  | (MarkBase & MarkStyle & { readonly kind: 'rect'; x: number; y: number; width: number; height: number })
  | (MarkBase & MarkStyle & { readonly kind: 'line'; x1: number; y1: number; x2: number; y2: number })
  /** Path data of SVG. */
  | (MarkBase & MarkStyle & { readonly kind: 'path'; readonly data: string })
  | (MarkBase & MarkStyle & { readonly kind: 'symbol'; readonly shape: Shape; x: number; y: number; radius: number })
  | (MarkBase & {
      readonly kind: 'text';
      x: number;
      y: number;
      readonly text: string;
      readonly fill: Paint;
      readonly anchor?: 'start' | 'middle' | 'end';
      readonly size?: number;
      readonly bold?: boolean;
      /** Degrees, clockwise, about the anchor. */
      readonly rotate?: number;
      /** Drawn with an outline of the background, to be read on top of marks. */
      readonly halo?: boolean;
    });

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const TEXT_SIZE = 11;

/** Symbols and rectangles of more than this many marks are drawn on a canvas. */
export const MANY_MARKS = 3000;

/** One tenth of a pixel is as fine as anyone sees, and keeps pictures small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The paint of a homology dimension. */
export function dimensionPaint(dimension: number): 'h0' | 'h1' | 'h2' {
  return dimension === 0 ? 'h0' : dimension === 1 ? 'h1' : 'h2';
}

/** H0, H1, H2 are told apart by shape as well as by colour. */
export function dimensionShape(dimension: number): Shape {
  return dimension === 0 ? 'circle' : dimension === 1 ? 'triangle' : 'square';
}

/** And lines by their dash. */
export function dimensionDash(dimension: number): readonly number[] | undefined {
  return dimension === 0 ? undefined : dimension === 1 ? [6, 3] : [2, 2];
}
