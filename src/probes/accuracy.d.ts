import type { NetworkOutputs } from './outputs';
/** One class a row: Labels of a data set are that. */
export interface RowLabels {
    readonly name?: string | undefined;
    /** Index into `classes`, a row each. */
    readonly values: Int32Array;
    readonly classes: readonly string[];
}
/** A share with its 95 % Wilson interval. */
export interface Accuracy {
    readonly value: number;
    readonly low: number;
    readonly high: number;
    readonly samples: number;
}
/**
 * The class that the network gives each row: the largest score; of a single score class 1 above 0.5 (a probability) or above 0
 * (a logit); a label as it is. −1 where the scores are not numbers.
 */
export declare function predictedClasses(outputs: NetworkOutputs): Int32Array;
/**
 * The output that stands for each class of the labels: by the model's own names, by number where all class names are whole numbers,
 * else in order.
 */
export declare function outputOfClass(outputs: NetworkOutputs, classes: readonly string[]): Int32Array;
/** The share of rows whose predicted class is their label. Throws `shape-mismatch` for labels that do not fit. */
export declare function accuracy(outputs: NetworkOutputs, labels: RowLabels): Accuracy;
/** Wilson's score interval of a share (Wilson 1927), 95 %. */
export declare function wilson(hits: number, samples: number): Accuracy;
