import * as numbers from '../../src/protocol/numbers';

/** How numbers read on a page: as everywhere, with spaces before units that do not break a line. */
export {
  formatCount,
  formatNumber,
  formatQuantity,
  formatShape,
  formatShareRange,
  NOT_KNOWN as NOT_COMPUTED,
} from '../../src/protocol/numbers';

const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

/** A share as a percentage: 0.9639 is "96.4 %". */
export function formatPercent(share: number | undefined): string {
  return unbroken(numbers.formatPercent(share));
}

/** A share that somebody chose, without needless digits: 0.03 is "3 %". */
export function formatRoundPercent(share: number | undefined): string {
  return unbroken(numbers.formatRoundPercent(share));
}

/** 75 KB, 1.4 GB. */
export function formatBytes(bytes: number): string {
  return unbroken(numbers.formatBytes(bytes));
}

/** 380 ms, 2.4 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(milliseconds: number | undefined): string {
  return unbroken(numbers.formatDuration(milliseconds));
}

/** Time left, rounded so that it does not flicker: "about 3 s left". */
export function formatRemaining(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return '';
  if (milliseconds < 1000) return 'less than a second left';
  const { value, unit } = numbers.roughDurationOf(Math.ceil(milliseconds / 1000) * 1000);
  return `about ${value}\u00a0${unit} left`;
}

/** A moment in the reader's time and language: 26 Nov 2026, 16:37. */
export function formatMoment(milliseconds: number): string {
  const language = globalThis.document?.documentElement.lang || 'en';
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(milliseconds);
}

/** H₀, H₁, H₂ */
export function homologyName(dimension: number): string {
  return 'H' + '₀₁₂₃'.charAt(dimension);
}

/** β₀, β₁, β₂ */
export function bettiName(dimension: number): string {
  return 'β' + '₀₁₂₃'.charAt(dimension);
}
