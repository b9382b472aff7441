import type { Ablation, RemovalCandidate } from '../analyses/redundancy';
import type { AblationRunner } from '../analyses/redundancyOfLayers';
import { Fault } from '../base/fault';
import type { Ablations } from './ablations';
import type { OperationContext } from './operationContext';
import type { RedundancyInput } from './redundancyTypes';

/** Candidates that one thread opens the files for: few enough that the threads end together, and that what is found is seen soon. */
const MOST_AT_ONCE = 10;

/** Measures candidates on as many threads as there are. What each finds is what it would find alone: what the network answers as it is, is found once, and each opens its own files. */
export class SharedAblations implements AblationRunner {
  constructor(
    private readonly ablations: Ablations,
    private readonly input: RedundancyInput,
    private readonly operation: NonNullable<OperationContext<never>['operation']>,
    private readonly threads: number,
  ) {}

  get refusal(): string | undefined {
    return this.ablations.refusal;
  }

  measure(candidates: readonly RemovalCandidate[]): readonly Promise<Ablation>[] {
    if (candidates.length < 2) return this.ablations.measure(candidates);
    const baseline = this.ablations.baseline();
    const size = Math.min(MOST_AT_ONCE, Math.ceil(candidates.length / (2 * this.threads)));
    return Array.from({ length: Math.ceil(candidates.length / size) }, (_, part) =>
      candidates.slice(part * size, (part + 1) * size),
    ).flatMap(some => {
      const found = baseline.then(answers =>
        this.operation('measureRemovals', { ...this.input, candidates: some, baseline: answers }),
      );
      return some.map(async (_, k) => {
        const one = (await found)[k]!;
        if ('fault' in one) throw Fault.fromData(one.fault);
        return one.ablation;
      });
    });
  }
}
