/** A network's answer for every row: scores of `width` classes, or one score, or the class itself. */
export interface NetworkOutputs {
  readonly name: string;
  readonly kind: 'classes' | 'probability' | 'logit' | 'label';
  readonly rows: number;
  readonly width: number;
  /** rows × width. */
  readonly values: Float32Array<SharedArrayBuffer>;
  readonly classNames: readonly string[] | undefined;
}

/** The output that says which class a row is. */
export interface ClassOutput {
  /** Name of the output, and the tensor to read: they differ where the output is a list of dictionaries (ZipMap). */
  readonly name: string;
  readonly tensor: string;
  readonly kind: 'scores' | 'label';
  /** Whether a single score is a probability: its last operator is a sigmoid. */
  readonly sigmoid: boolean;
}
