import type { Help } from '../inspect/help';

export const COMPARE_HELP: Readonly<Record<'diagram' | 'barcodes' | 'betti', Help>> = {
  diagram: {
    shows:
      'The diagrams of both networks over each other, lengths in units of the median distance, with the optimal matching between them.',
    read: 'Long lines are what changed. A is filled, B hollow; a line to the diagonal is a bar that the other does not have.',
    misleads: 'A small distance does not say that one layer can stand for the other: rotations move no point here.',
    page: 'compare',
  },
  barcodes: {
    shows: 'The longest bars of both: in each row that of A filled, that of B hollow below it.',
    read: 'Where the two ends differ, the shapes do. Pointing at a bar shows what it is matched with.',
    misleads: 'Bars of one row have the same rank, and need not be matched with each other; short bars are left out.',
    page: 'compare',
  },
  betti: {
    shows: 'How many more components or loops B has than A, at each scale.',
    read: 'Above zero B has more, below A has.',
    misleads: 'Scales are over the median distance of each layer: a stretch of all distances is no difference here.',
    page: 'compare',
  },
};
