/**
 * How activations with spatial positions (or tokens) become points: the mean over positions, all values in a row, or a
 * point a position.
 */
export type Reduction = 'mean' | 'flatten' | 'positions';
