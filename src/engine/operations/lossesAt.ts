import path from 'node:path';
import { LossSession } from '../../probes/onnx/lossSession';
import type { Losses, LossesInput } from '../landscapeTypes';
import type { OperationContext } from '../operationContext';

export async function lossesAt(input: LossesInput, context: OperationContext<never>): Promise<Losses> {
  const session = await LossSession.open(input.program, { folder: path.dirname(context.runtimePath) });
  try {
    return await lossesWith(session, input, context);
  } finally {
    await session.dispose();
  }
}

/** The same in a session that is open. */
export async function lossesWith(
  session: LossSession,
  { origin, directions, coefficients }: Omit<LossesInput, 'program'>,
  { cancellation, progress }: Pick<OperationContext<never>, 'cancellation' | 'progress'>,
): Promise<Losses> {
  const count = coefficients.length / directions.length;
  const found: Losses = { loss: new Float64Array(count), accuracy: new Float64Array(count) };
  for (let point = 0; point < count; point++) {
    cancellation.throwIfCancelled();
    const from = point * directions.length;
    const { loss, accuracy } = await session.at(
      origin,
      directions,
      coefficients.subarray(from, from + directions.length),
      cancellation,
    );
    found.loss[point] = loss;
    found.accuracy[point] = accuracy;
    progress((point + 1) / count, 'running the network with other weights');
  }
  return found;
}
