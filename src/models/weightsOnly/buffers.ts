/** Names of tensors that are stored with the weights and never trained: running statistics, positions, masks. */
const BUFFER =
  /(^|[./])(running_mean|running_var|num_batches_tracked|moving_mean|moving_variance|inv_freq|(pixel_)?(mean|std)|variance|count|position_ids|token_type_ids|relative_position_index|relative_coords_table|attn_mask|masked_bias|causal_mask|weight_mask|bias_mask|weight_u)(:\d+)?$/;

export function isBufferName(name: string): boolean {
  return BUFFER.test(name);
}
