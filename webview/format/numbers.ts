/** How numbers read: three significant digits, thousands set apart, and "–" for what is not known. Never "NaN", never "0.000". */

export const NOT_COMPUTED = '–';

/** A space that does not break a line. */
const SPACE = '\u00a0';
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

/** A measured number to three significant digits: 0.0123, 1.23, 12.3, 123, 1,230, 1.23·10⁶. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return NOT_COMPUTED;
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
  if (value === undefined || !Number.isFinite(value)) return NOT_COMPUTED;
  const sign = value < 0 ? '−' : '';
  return sign + withThousands(String(Math.round(Math.abs(value))));
}

/** "1 loop", "2 loops". */
export function formatQuantity(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)} ${value === 1 ? singular : plural}`;
}

/** A share as a percentage: 0.9639 is "96.4 %". */
export function formatPercent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return NOT_COMPUTED;
  return formatNumber(100 * share) + SPACE + '%';
}

/** A share without needless digits, for thresholds and axes: 0.03 is "3 %". */
export function formatRoundPercent(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return NOT_COMPUTED;
  return String(Number((100 * share).toPrecision(2))) + SPACE + '%';
}

/** The ends of an interval of shares, in percent: "93.9–97.9". */
export function formatPercentRange(low: number, high: number): string {
  return `${formatNumber(100 * low)}–${formatNumber(100 * high)}`;
}

/** 380 ms, 2.40 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds) || milliseconds < 0) return NOT_COMPUTED;
  if (milliseconds < 1000) return `${Math.round(milliseconds)}${SPACE}ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return seconds.toFixed(1) + SPACE + 's';
  if (seconds < 60) return `${Math.round(seconds)}${SPACE}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}${SPACE}min ${Math.round(seconds - 60 * minutes)}${SPACE}s`;
  return `${Math.floor(minutes / 60)}${SPACE}h ${minutes % 60}${SPACE}min`;
}

/** Time left, rounded so that it does not flicker: "about 3 s left". */
export function formatRemaining(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return '';
  if (milliseconds < 1000) return 'less than a second left';
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 60) return `about ${seconds}${SPACE}s left`;
  return `about ${Math.round(seconds / 60)}${SPACE}min left`;
}

/** 40×8×8; a free dimension is "?", no dimension at all is a scalar. */
export function formatShape(shape: readonly (number | string | null | undefined)[] | undefined): string {
  if (shape === undefined) return NOT_COMPUTED;
  if (shape.length === 0) return 'scalar';
  return shape.map(size => (typeof size === 'number' ? String(size) : '?')).join('×');
}

/** H₀, H₁, H₂ */
export function homologyName(dimension: number): string {
  return 'H' + '₀₁₂₃'.charAt(dimension);
}

/** β₀, β₁, β₂ */
export function bettiName(dimension: number): string {
  return 'β' + '₀₁₂₃'.charAt(dimension);
}
