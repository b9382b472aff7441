const bits = new DataView(new ArrayBuffer(4));

/** Rounds to the nearest binary16, ties to even. */
export function toFloat16(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 255) - 112;
  const fraction = word & 0x7f_ffff;
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    const whole = (fraction | 0x80_0000) >>> (14 - exponent);
    const rest = (fraction | 0x80_0000) & ((1 << (14 - exponent)) - 1);
    const half = 1 << (13 - exponent);
    return sign | (whole + (rest > half || (rest === half && (whole & 1) === 1) ? 1 : 0));
  }
  const half = (exponent << 10) | (fraction >>> 13);
  const rest = fraction & 0x1fff;
  // A carry out of the fraction is the next exponent, up to infinity.
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
}
