import { pointsOfDiagramFile } from '../../src/analyses/diagramFile';
import { editBytes } from '../fuzz/editBytes';
import { editJson } from '../fuzz/editJson';
import { ascii, type FuzzTarget } from '../fuzz/target';

const SEEDS = [
  '{"points":4,"threshold":null,"diagram":{"0":[[0,1.5],[0,2],[0,null]],"1":[[1.25,1.5],[0.5,1e3]]},"warnings":[]}',
  '{"shape":[2,2],"diagram":{"0":[[3,1],[2.5,-1],[4,null]],"1":[]}}',
];
const WORDS = '"diagram" "0" "1" [0,1] [1,0] [null,1] [0] [0,1,2] [] {"0":[]} null -1'.split(' ');

/** Diagrams in our own JSON, which `distance` reads. */
export const diagramTarget: FuzzTarget = {
  name: 'diagram',
  corpus: () => SEEDS.map(ascii),
  mutate: (content, random, other) =>
    random.integer(5) === 0
      ? editBytes(content, random, other)
      : ascii(editJson(String.fromCharCode(...content), random, String.fromCharCode(...other), WORDS)),
  read: content => {
    for (const dimension of [0, 1]) pointsOfDiagramFile(new TextDecoder().decode(content), dimension, 'a.json');
  },
};
