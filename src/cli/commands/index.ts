import type { Command } from '../command';
import { activations } from './activations';
import { attention } from './attention';
import { boundary } from './boundary';
import { check } from './check';
import { collapse } from './collapse';
import { compare } from './compare';
import { cubical } from './cubical';
import { describe } from './describe';
import { distance } from './distance';
import { failures } from './failures';
import { inspect } from './inspect';
import { landscape } from './landscape';
import { levelset } from './levelset';
import { mapper } from './mapper';
import { redundancy } from './redundancy';
import { prune } from './prune';
import { report } from './report';
import { robustness } from './robustness';
import { rips } from './rips';
import { similarity } from './similarity';
import { timeline } from './timeline';
import { weights } from './weights';
import { witness } from './witness';

/** All commands, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  inspect,
  report,
  redundancy,
  prune,
  compare,
  check,
  describe,
  activations,
  rips,
  witness,
  mapper,
  attention,
  weights,
  collapse,
  failures,
  robustness,
  boundary,
  landscape,
  timeline,
  distance,
  similarity,
  cubical,
  levelset,
];
