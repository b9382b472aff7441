/** How numbers read: the one rule, for views as for sentences. */
export {
  NOT_KNOWN,
  durationOf,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRoundPercent,
  formatShape,
  formatShareRange,
  roughDurationOf,
  sizeOf,
} from '../base/numbers';
