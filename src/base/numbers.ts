/**
 * How numbers read wherever people read them: sentences, tables, tooltips, pages. One rule each: what is counted is exact, with its
 * thousands set apart; what is measured has three significant digits; what is not known is "–". A number that names something (a row, an
 * offset, a seed, the sizes of a shape) is no count and stays as it is. JSON and CSV hold numbers as they are.
 */

export const NOT_KNOWN = '–';

const SUPERSCRIPTS: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
};

function withThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A measured number to three significant digits: 0.0123, 1.23, 12.3, 123, 1,230, 1.23·10⁶. Never "NaN", never "0.000". */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return NOT_KNOWN;
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  if (value === 0) return '0';
  const sign = value < 0 ? '−' : '';
  const rounded = Number(Math.abs(value).toPrecision(3));
  if (rounded >= 1e6 || rounded < 1e-3) {
    const [mantissa, exponent] = rounded.toExponential(2).split('e');
    const digits = [...String(Number(exponent))].map(character => SUPERSCRIPTS[character]).join('');
    return `${sign}${mantissa}·10${digits}`;
  }
  return sign + (rounded >= 1000 ? withThousands(String(rounded)) : rounded.toPrecision(3));
}

/** A number of things, exact: 1,797. */
export function formatCount(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return NOT_KNOWN;
  const sign = value < 0 ? '−' : '';
  return sign + withThousands(String(Math.round(Math.abs(value))));
}

/** "1 loop", "2 loops". */
export function formatQuantity(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** A share in percent, without the sign: 0.9639 is "96.4". */
export function formatShare(share: number | undefined): string {
  return share === undefined || !Number.isFinite(share) ? NOT_KNOWN : formatNumber(100 * share);
}

/** A share as a percentage: 0.9639 is "96.4 %". */
export function formatPercent(share: number | undefined): string {
  const text = formatShare(share);
  return text === NOT_KNOWN ? text : `${text} %`;
}

/** A share that somebody chose, without needless digits: 0.03 is "3 %". */
export function formatRoundPercent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return NOT_KNOWN;
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** The ends of an interval of shares, in percent: "93.9–97.9". */
export function formatShareRange(low: number, high: number): string {
  return `${formatShare(low)}–${formatShare(high)}`;
}

/** A shape: 40×8×8; a free dimension is "?", no dimension at all is a scalar. */
export function formatShape(shape: readonly (number | string | null | undefined)[] | undefined): string {
  if (shape === undefined) return NOT_KNOWN;
  if (shape.length === 0) return 'scalar';
  return shape.map(size => (typeof size === 'number' ? String(size) : '?')).join('×');
}

/** A number with its unit, so that the unit can be said in any language. */
export interface Measure<Unit extends string> {
  readonly value: string;
  readonly unit: Unit;
}

export type SizeUnit = 'B' | 'KB' | 'MB' | 'GB' | 'TB' | 'PB';

/** A number of bytes in units of 1024, as editors write the sizes of files: 76,885 is 75 KB; one decimal below ten. */
export function sizeOf(bytes: number): Measure<SizeUnit> {
  const units: readonly SizeUnit[] = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (999.5 <= value && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const rounded = unit === 0 || 9.95 <= value ? Math.round(value) : Number(value.toFixed(1));
  return { value: formatDecimal(rounded), unit: units[unit]! };
}

/** "75 KB", "1.4 GB". */
export function formatBytes(bytes: number): string {
  const { value, unit } = sizeOf(bytes);
  return `${value} ${unit}`;
}

export type TimeUnit = 'ms' | 's' | 'min' | 'h';

/** A duration in the one or two units that say it: 380 ms; 2.4 s; 3 min 20 s; 2 h 5 min. */
export function durationOf(milliseconds: number): readonly Measure<TimeUnit>[] {
  const whole = Math.round(milliseconds);
  if (whole < 1000) return [{ value: String(whole), unit: 'ms' }];
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return [{ value: formatDecimal(Number(seconds.toFixed(1))), unit: 's' }];
  const wholeSeconds = Math.round(seconds);
  if (wholeSeconds < 60) return [{ value: String(wholeSeconds), unit: 's' }];
  const two = (all: number, large: TimeUnit, small: TimeUnit): Measure<TimeUnit>[] => [
    { value: formatCount(Math.floor(all / 60)), unit: large },
    ...(all % 60 === 0 ? [] : [{ value: String(all % 60), unit: small }]),
  ];
  return wholeSeconds < 3600 ? two(wholeSeconds, 'min', 's') : two(Math.round(seconds / 60), 'h', 'min');
}

/** A duration that is only estimated, in one unit: 400 ms, 2.4 s, 12 s, 3 min, 2 h. */
export function roughDurationOf(milliseconds: number): Measure<TimeUnit> {
  if (milliseconds < 950) return { value: String(Math.max(100, Math.round(milliseconds / 100) * 100)), unit: 'ms' };
  const seconds = milliseconds / 1000;
  if (seconds < 9.5) return { value: formatDecimal(Math.round(seconds * 10) / 10), unit: 's' };
  if (seconds < 99.5) return { value: String(Math.round(seconds)), unit: 's' };
  const minutes = seconds / 60;
  if (minutes < 99.5) return { value: String(Math.round(minutes)), unit: 'min' };
  return { value: formatCount(Math.round(minutes / 60)), unit: 'h' };
}

/** 380 ms, 2.4 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds < 0) return NOT_KNOWN;
  return durationOf(milliseconds)
    .map(({ value, unit }) => `${value} ${unit}`)
    .join(' ');
}

/** A number that is as short as it is exact: 2.4, 12, 1,024. */
function formatDecimal(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : String(value);
}
