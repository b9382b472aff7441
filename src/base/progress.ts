/** Reports how far a job is: a fraction in [0, 1] and what it is doing, as a short phrase ("reducing dimension 1"). */
export type Progress = (fraction: number, phrase: string) => void;

export const noProgress: Progress = () => {};

/** The part [from, to] of a larger job, so that a step can report its own 0…1. */
export function subProgress(progress: Progress, from: number, to: number): Progress {
  return (fraction, phrase) => progress(from + (to - from) * fraction, phrase);
}
