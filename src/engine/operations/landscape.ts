import path from 'node:path';
import type { BatchGradient } from '../../analyses/landscape/bezier';
import {
  landscapeOf,
  type LandscapeParameters,
  type LandscapeResult,
  type LossesAt,
} from '../../analyses/landscape/landscape';
import { DisposableStore } from '../../base/lifecycle';
import { noProgress, type Progress } from '../../base/progress';
import { ChainGradient, denseChain, type ChainLayer } from '../../probes/onnx/denseChain';
import { LossSession } from '../../probes/onnx/lossSession';
import { blamingLater } from '../blaming';
import { dataProvenance } from '../dataProvenance';
import type { LandscapeInput, Losses } from '../landscapeTypes';
import { movableNetwork, openLoss, weightsLike, type OpenLoss } from '../lossProgram';
import { modelHash, openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import { labelsOf, openRun } from '../openRun';
import { VERSION } from '../version';
import { lossesWith } from './lossesAt';

const DEFAULTS: LandscapeParameters = { around: 'filter', side: 51, radius: 1, bezier: false };
/** Points that are worth a session in another thread, and shares of those: no share depends on the number of threads. */
const WORTH_SHARING = 128;
const SHARES = 32;

export async function landscape(input: LandscapeInput, context: OperationContext<never>): Promise<LandscapeResult> {
  const store = new DisposableStore();
  const { cancellation } = context;
  try {
    context.progress(0, 'reading the models and the data');
    const run = openRun(input, context, store);
    const { data, opened } = run;
    const labels = labelsOf(run);
    const parameters = { ...DEFAULTS, ...input.parameters };
    const others = (input.others ?? []).map(name => openModelFile(name, store));
    const runtime = { folder: path.dirname(context.runtimePath) };
    return await blamingLater(input.model, async () => {
      const open = await openLoss(opened.model, data.data, labels, runtime, context);
      const session = await LossSession.open(open.program, runtime);
      try {
        const { network, weights, own, program } = open;
        const chain = denseChain(network, program.scores, weights.tensors);
        const names = [input.model, ...(input.others ?? [])];
        return await landscapeOf(
          {
            names: names.map(name => path.basename(name)),
            weights,
            others: others.map(({ model, name }) =>
              weightsLike(weights, movableNetwork(model, data.data.rowShape), name),
            ),
            lossesAt: shared(open, session, context),
            own,
            chain,
            gradient: chain === undefined ? undefined : gradientOf(chain, open, data.data.rows),
            rows: data.data.rows,
            parameters,
            warnings: [...opened.model.warnings, ...data.data.warnings],
            provenance: {
              version: VERSION,
              model: { name: input.model, sha256: modelHash(opened, cancellation) },
              ...dataProvenance(data, run.others),
              ...(others.length === 0
                ? {}
                : { files: others.map(one => ({ name: one.name, sha256: modelHash(one, cancellation) })) }),
              parameters: {
                around: parameters.around,
                grid: parameters.side,
                radius: parameters.radius,
                bezier: parameters.bezier,
              },
              seed: input.seed,
              libraries: { [open.runtime.name]: open.runtime.version },
            },
          },
          context,
        );
      } finally {
        await session.dispose();
      }
    });
  } finally {
    store.dispose();
  }
}

/** Losses of many points, by all threads: each takes the next share when it is done with one. */
function shared({ program }: OpenLoss, session: LossSession, context: OperationContext<never>): LossesAt {
  return async ({ origin, directions, coefficients }, progress: Progress = noProgress) => {
    const { cancellation, operation, threads } = context;
    const each = directions.length;
    const count = coefficients.length / each;
    const own = { cancellation, progress: noProgress };
    if (operation === undefined || count < WORTH_SHARING)
      return lossesWith(session, { origin, directions, coefficients }, { cancellation, progress });
    const size = Math.ceil(count / SHARES);
    const found: Losses = { loss: new Float64Array(count), accuracy: new Float64Array(count) };
    let next = 0;
    let done = 0;
    const work = async (compute: (part: Float64Array) => Promise<Losses>) => {
      while (next < count) {
        const from = next;
        next += size;
        const part = await compute(coefficients.slice(from * each, Math.min(count, from + size) * each));
        found.loss.set(part.loss, from);
        found.accuracy.set(part.accuracy, from);
        done += part.loss.length;
        progress(done / count, 'running the network with other weights');
      }
    };
    await Promise.all([
      ...Array.from({ length: threads - 1 }, () =>
        work(part => operation('lossesAt', { program, origin, directions, coefficients: part })),
      ),
      work(part => lossesWith(session, { origin, directions, coefficients: part }, own)),
    ]);
    return found;
  };
}

/** Of single batches of rows, for training. */
function gradientOf(chain: readonly ChainLayer[], { program, targets }: OpenLoss, rows: number): BatchGradient {
  const width = chain[0]!.inputs;
  const all = new Float32Array(rows * width);
  let at = 0;
  for (const { feeds, targets: wanted } of program.batches) {
    const values = Object.values(feeds)[0]!.values;
    all.set(values.subarray(0, wanted.length * width), at * width);
    at += wanted.length;
  }
  const most = 256;
  const gradient = new ChainGradient(chain, most);
  const inputs = new Float32Array(most * width);
  const wanted = new Int32Array(most);
  return (weights, chosen, into) => {
    chosen.forEach((row, k) => {
      inputs.set(all.subarray(row * width, (row + 1) * width), k * width);
      wanted[k] = targets[row]!;
    });
    return gradient.of(weights, inputs.subarray(0, chosen.length * width), wanted.subarray(0, chosen.length), into);
  };
}
