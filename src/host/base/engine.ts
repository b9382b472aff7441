import type { Engine } from '../../engine';

/** What the host needs of the engine; a test may stand in for it. */
export type EngineLike = Pick<Engine, 'run'>;
