/**
 * How much more often errors fall into a set of rows than elsewhere: the log-likelihood ratio of one rate inside and another outside against a single rate
 * (Kulldorff, "A spatial scan statistic", Communications in Statistics 26, 1997, Bernoulli model), 0 where the rate inside is not the larger one. Its largest value
 * over many sets, under errors that are shuffled over the rows, accounts for all sets having been looked at.
 *
 * `errors` of `members` are wrong inside, `allErrors` of `all` in all.
 */
export function scanStatistic(errors: number, members: number, allErrors: number, all: number): number {
  const outside = all - members;
  const errorsOutside = allErrors - errors;
  if (members === 0 || outside === 0 || errors * outside <= errorsOutside * members) return 0;
  return logLikelihood(errors, members) + logLikelihood(errorsOutside, outside) - logLikelihood(allErrors, all);
}

/** Of k hits in n at the likeliest rate. */
function logLikelihood(hits: number, of: number): number {
  const misses = of - hits;
  return (hits === 0 ? 0 : hits * Math.log(hits / of)) + (misses === 0 ? 0 : misses * Math.log(misses / of));
}
