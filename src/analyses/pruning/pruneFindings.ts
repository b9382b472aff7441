import { formatCount, formatPercent, formatQuantity } from '../../base/numbers';
import type { PruneFinding, PruneMeasure, PruneMethod, PruneResult, PruneShare } from '../prune';

const MEASURE_WORDS: Readonly<Record<PruneMeasure, string>> = {
  accuracy: 'accuracy',
  agreement: 'agreement with the whole network',
  fit: 'share of the outputs’ variance that is kept',
};

const METHOD_WORDS: Readonly<Record<PruneMethod, string>> = {
  topology: 'merging',
  magnitude: 'magnitude',
  random: 'random removal',
};

/** A difference of shares in points, with its sign. */
export function points(value: number): string {
  const text = (100 * Math.abs(value)).toFixed(2).replace(/\.?0+$/, '');
  return text === '0' ? '0 pt' : `${value < 0 ? '−' : '+'}${text} pt`;
}

export function pointsWithInterval({ value, low, high }: PruneShare): string {
  return `${points(value)} (95 %: ${points(low)} to ${points(high)})`;
}

/** What was found, most important first. */
export function pruneFindings(result: Omit<PruneResult, 'findings' | 'written'>): readonly PruneFinding[] {
  const { groups, measure, change, method, rows, refit } = result;
  const units = groups.reduce((sum, group) => sum + group.units, 0);
  const removed = groups.reduce((sum, group) => sum + group.removed.length, 0);
  const findings: PruneFinding[] = [];
  const significant = change.high < 0;
  findings.push({
    weight: 'strong',
    sentence: `${formatCount(removed)} of ${formatQuantity(units, 'unit')} removed (${formatPercent(removed / units)}), ${formatPercent(1 - result.parametersAfter / result.parametersBefore)} of the parameters: the ${MEASURE_WORDS[measure]} goes from ${formatPercent(result.accuracyBefore)} to ${formatPercent(result.accuracyAfter)}, ${pointsWithInterval(change)}${measure === 'fit' || significant || change.value > 0 ? '' : ', which is not significant'}.`,
    rule: `Measured on ${formatQuantity(rows.heldOut, 'row')} ${result.heldOut === 'given' ? 'of the held-out data' : 'that were split off and not used otherwise'}, by running the network that is written. Order: ${METHOD_WORDS[method]}${refit ? `, outgoing weights fitted anew${result.fittedLayerByLayer ? ', layer by layer' : ''}` : ''}.`,
  });
  if (result.picked !== null)
    findings.push({
      weight: 'note',
      sentence:
        result.ratio === 0
          ? `Nothing can go within ${points(-result.picked.tolerance).replace('−', '')} on the validation rows.`
          : `${formatPercent(result.ratio)} was picked: the largest share up to which the loss stays within ${points(-result.picked.tolerance).replace('−', '')}.`,
      rule: `Picked on ${formatQuantity(rows.validation, 'row')} that are neither fitted to nor held out.`,
    });
  findings.push(...methodFindings(result), ...gapFindings(result));
  const whole = result.leftWhole.filter(one => !/output of the network|only unit/.test(one.reason));
  if (whole.length > 0)
    findings.push({
      weight: 'note',
      sentence: `${formatQuantity(
        whole.reduce((sum, one) => sum + one.units, 0),
        'unit',
      )} of ${whole[0]!.layers[0]!}${whole.length > 1 || whole[0]!.layers.length > 1 ? ' and others' : ''} stay: ${lowerFirst(whole[0]!.reason)}`,
      rule: 'Units go only where all that reads them can do without.',
    });
  return findings;
}

/** Beside the others, always: free removal is no merit of a method that random removal has too. */
function methodFindings({ curve, ratio, measure }: Omit<PruneResult, 'findings' | 'written'>): readonly PruneFinding[] {
  if (curve === undefined || curve.length === 0) return [];
  const nearest = curve.reduce((a, b) => (Math.abs(b.ratio - ratio) < Math.abs(a.ratio - ratio) ? b : a)).ratio;
  const at = (method: PruneMethod) => curve.find(point => point.method === method && point.ratio === nearest);
  const all = (['topology', 'magnitude', 'random'] as const).flatMap(method => at(method) ?? []);
  const merging = at('topology');
  if (all.length < 3 || merging === undefined || nearest === 0) return [];
  const better = all.filter(one => one.method !== 'topology' && one.low > merging.high);
  const worse = all.filter(one => one.method !== 'topology' && one.high < merging.low);
  const list = all.map(one => `${METHOD_WORDS[one.method]} ${formatPercent(one.accuracy)}`).join(', ');
  const verdict =
    better.length > 0
      ? `${better.map(one => METHOD_WORDS[one.method]).join(' and ')} does better`
      : worse.length === 2
        ? 'merging does better than both'
        : worse.length === 1
          ? `merging does better than ${METHOD_WORDS[worse[0]!.method]}`
          : 'the intervals overlap: no method is shown to be better';
  return [
    {
      weight: 'note',
      sentence: `At ${formatPercent(nearest)}, with the same refit: ${list}; ${verdict}.`,
      rule: `Held-out ${MEASURE_WORDS[measure]}; better where 95 % intervals do not overlap.`,
    },
  ];
}

/** A jump of the cost is where duplicates end. */
const JUMP = 10;
/** Units whose folding costs less than this share are constant, or repeat another to rounding. */
const FREE = 1e-5;

/** Units that others repeat, in the groups that have such. */
function gapFindings({ groups }: Omit<PruneResult, 'findings' | 'written'>): readonly PruneFinding[] {
  const found = groups.flatMap(({ bars, layers }) => {
    const free = bars.filter(bar => bar < FREE).length;
    let [count, jump] = [free, 0];
    for (let i = Math.max(1, free); i < bars.length; i++) {
      const factor = bars[i]! / Math.max(bars[i - 1]!, FREE);
      if (factor >= JUMP && factor > jump) [count, jump] = [i, factor];
    }
    return count === 0 ? [] : [{ layer: layers[0]!, count }];
  });
  if (found.length === 0) return [];
  const total = found.reduce((sum, one) => sum + one.count, 0);
  const few = found.slice(0, 4).map(({ layer, count }) => `${formatCount(count)} of ${layer}`);
  return [
    {
      weight: 'note',
      sentence: `${formatQuantity(total, 'unit')} never vary or are repeated by others: ${few.join(', ')}${found.length > 4 ? ', …' : ''}.`,
      rule: `Folding costs less than ${FREE} of the spread of what reads them, or is followed by a jump of the bars of at least ${JUMP} times.`,
    },
  ];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
