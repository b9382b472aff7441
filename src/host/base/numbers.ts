import type { Translate } from './translate';

/** A duration as people say it: 0.4 s, 12 s, 3 min, 2 h. */
export function sayDuration(milliseconds: number, t: Translate): string {
  const seconds = milliseconds / 1000;
  if (seconds < 0.95) return t('{0} s', Math.max(0.1, Math.round(seconds * 10) / 10));
  if (seconds < 9.5) return t('{0} s', (Math.round(seconds * 10) / 10).toString());
  if (seconds < 99.5) return t('{0} s', Math.round(seconds));
  const minutes = seconds / 60;
  if (minutes < 99.5) return t('{0} min', Math.round(minutes));
  return t('{0} h', Math.round(minutes / 60));
}

/** An amount of memory: 820 MB, 1.4 GB. */
export function sayBytes(bytes: number, t: Translate): string {
  const megabytes = bytes / 2 ** 20;
  if (megabytes < 1) return t('{0} KB', Math.max(1, Math.round(bytes / 1024)));
  if (megabytes < 999.5) return t('{0} MB', Math.round(megabytes));
  return t('{0} GB', (Math.round((megabytes / 1024) * 10) / 10).toString());
}

/** A count with the locale's separators: 12,345. */
export function sayCount(count: number): string {
  return count.toLocaleString('en-US');
}
