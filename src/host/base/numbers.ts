import { durationOf, formatCount, roughDurationOf, sizeOf, type Measure, type TimeUnit } from '../../base/numbers';
import type { Translate } from './translate';

/** How long something took: 380 ms, 12 s, 3 min 20 s. */
export function sayDuration(milliseconds: number, t: Translate): string {
  return durationOf(milliseconds)
    .map(measure => sayTime(measure, t))
    .join(' ');
}

/** How long something is expected to take: 400 ms, 12 s, 3 min, 2 h. */
export function sayRoughDuration(milliseconds: number, t: Translate): string {
  return sayTime(roughDurationOf(milliseconds), t);
}

/** An amount of memory, or the size of a file: 820 MB, 1.4 GB. */
export function sayBytes(bytes: number, t: Translate): string {
  const { value, unit } = sizeOf(bytes);
  switch (unit) {
    case 'B':
      return t('{0} B', value);
    case 'KB':
      return t('{0} KB', value);
    case 'MB':
      return t('{0} MB', value);
    case 'GB':
      return t('{0} GB', value);
    case 'TB':
      return t('{0} TB', value);
    case 'PB':
      return t('{0} PB', value);
  }
}

/** A number of things: 12,345. */
export function sayCount(count: number): string {
  return formatCount(count);
}

function sayTime({ value, unit }: Measure<TimeUnit>, t: Translate): string {
  switch (unit) {
    case 'ms':
      return t('{0} ms', value);
    case 's':
      return t('{0} s', value);
    case 'min':
      return t('{0} min', value);
    case 'h':
      return t('{0} h', value);
  }
}
