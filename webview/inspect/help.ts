import type { PlotName } from './store';

/** What each view shows, how to read it and when it misleads: three lines, and the page that says it at length. */
export interface Help {
  readonly shows: string;
  readonly read: string;
  readonly misleads: string;
  /** Page of the documentation. */
  readonly page: string;
}

export const HELP: Readonly<Record<PlotName | 'layers' | 'inputs', Help>> = {
  barcode: {
    shows:
      'A bar for each component (H₀), loop (H₁) or void (H₂) of the layer’s activations, from the scale at which it appears to the one at which it is gone.',
    read: 'Long bars are shape, short ones noise: what is pale lies within the noise, a bright end sticks out of it. An arrow never ends.',
    misleads:
      'Few points, or many dimensions, make long bars by chance; compare with the band and with other layers over the median distance, not by eye.',
    page: 'persistence',
  },
  diagram: {
    shows: 'The same bars as points: birth to the right, death upwards; the height above the diagonal is the length.',
    read: 'Points outside the shaded band of their colour are significant. Circles are H₀, triangles H₁, squares H₂.',
    misleads:
      'A crowd near the diagonal is what any cloud of points has; its size says how many points there are, not what the layer learned.',
    page: 'persistence',
  },
  betti: {
    shows: 'How many components and loops there are at each scale. The shaded scales are those where β₀* is reached.',
    read: 'A long flat stretch is a number of parts that does not hang on the scale chosen.',
    misleads: 'β₀ counts every stray point as a component: β₀* counts only those that hold a share of the points.',
    page: 'betti-curves',
  },
  scatter: {
    shows: 'The activations along their two directions of largest variance, both axes at the same scale.',
    read: 'Point at a bar to see its cycle here; point at a point to see its row and the cycles through it.',
    misleads:
      'Two directions hide the others: look at the variance they explain. A loop may look like a line, and neighbours here may be far apart.',
    page: 'activations',
  },
  layers: {
    shows:
      'β₀*: clusters that hold at least the stated share of the points, at the scale where they are most. Loops: bars of H₁ that outlast 95 % of a matched Gaussian’s.',
    read: 'Layers are in network order. The small barcodes are in units of each layer’s median distance, over one common axis.',
    misleads:
      'Two subsamples of the same layer differ by a little too: one more or one fewer cluster is not a finding.',
    page: 'dense-components',
  },
  inputs: {
    shows: 'The inputs whose activations are the corners of the selected loop’s cycle.',
    read: 'Neighbours on the cycle are neighbours in the layer: look for what changes around it.',
    misleads:
      'A loop has many cycles, and this is one of them, as of its birth; its corners are not the only inputs on the loop.',
    page: 'cycles',
  },
};
