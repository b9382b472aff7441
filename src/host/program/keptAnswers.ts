import type { ChainAnswer } from '../../models/layerList/chain';
import type { MissingFacts } from '../../protocol/describe';
import type { EngineLike } from '../base/engine';

/** What was said before of weights that leave something open. */
export interface KeptAnswers {
  /** Whether anything was said of weights of so many numbers: only then they are read whole to know whether they are the same. */
  mayKnow(parameters: number): boolean;
  get(sha256: string): ChainAnswer | undefined;
  set(sha256: string, parameters: number, answer: ChainAnswer | undefined): Promise<void>;
}

/** What was said of the same weights before, if anything. Weights of which nothing can have been said are not read. */
export async function recallAnswer(
  engine: EngineLike,
  model: string,
  { chain, parameters }: MissingFacts,
  kept: KeptAnswers,
): Promise<ChainAnswer | undefined> {
  if (chain === undefined || !kept.mayKnow(parameters)) return undefined;
  return kept.get(await engine.run('modelHash', { model }));
}

/** What goes with all that is asked of a model: what was said before of weights that leave something open. */
export async function answered(
  engine: EngineLike,
  model: string,
  kept: KeptAnswers,
): Promise<{ readonly answer?: ChainAnswer }> {
  const { missing } = await engine.run('outline', { model });
  const answer = missing && (await recallAnswer(engine, model, missing, kept));
  return answer === undefined ? {} : { answer };
}

/** Takes back what was said of a model's weights; whether there was anything. */
export async function forgetAnswer(engine: EngineLike, model: string, kept: KeptAnswers): Promise<boolean> {
  const { missing, parameters } = await engine.run('outline', { model });
  if (missing?.chain === undefined || !kept.mayKnow(parameters)) return false;
  const sha256 = await engine.run('modelHash', { model });
  if (kept.get(sha256) === undefined) return false;
  await kept.set(sha256, parameters, undefined);
  return true;
}
