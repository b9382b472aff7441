import type { DistanceResult } from '../analyses/measures';
import type { DistanceInput } from './measureTypes';
import { distanceBetween, openDiagram } from './operations/distance';
import { withinBudget, type ShortOutcome, type ShortSetting } from './shortBudget';

/** Points of both diagrams together whose distance takes some hundredths of a second. */
const MOST_POINTS = 4000;

/** The distance of two small diagrams in the thread that asks; `undefined` where a worker is to do it. */
export function shortDistance(
  input: DistanceInput,
  setting: ShortSetting,
): Promise<ShortOutcome<DistanceResult> | undefined> {
  return withinBudget(setting, async budget => {
    const a = openDiagram(input.a, input.dimension, budget);
    const b = openDiagram(input.b, input.dimension, budget);
    if (a.points.birth.length + b.points.birth.length > MOST_POINTS) return undefined;
    await setting.pause();
    return distanceBetween(a, b, input, budget);
  });
}
