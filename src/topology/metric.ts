/** How far apart two points are; `precomputed` means that the cloud is a square matrix of distances already. */
export const METRICS = ['euclidean', 'cosine', 'correlation', 'manhattan', 'chebyshev', 'precomputed'] as const;

export type Metric = (typeof METRICS)[number];

/** The metrics that are computed from coordinates. */
export type CoordinateMetric = Exclude<Metric, 'precomputed'>;
