/** Text as it may stand in HTML, in an attribute as well. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    character => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!,
  );
}

/** Three significant digits. */
export function number(value: number): string {
  if (value === Infinity) return '∞';
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** A share in percent, to one decimal. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}

export function interval({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${percent(low)}–${percent(high)}`;
}

export function shapeText(shape: readonly number[]): string {
  return shape.join(' × ');
}
