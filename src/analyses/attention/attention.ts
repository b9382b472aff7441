import type { Warning } from '../../base/fault';
import type { MapperEdge } from '../../topology/mapper';
import type { LensName } from '../../topology/mapperLens';
import type { Provenance } from '../analysis';

export interface AttentionParameters {
  /** This one alone; layers and heads count from 0. */
  readonly layer: number | undefined;
  readonly head: number | undefined;
  /** The field of the texts' file that holds a role a word, or a token; one of the usual names where undefined. */
  readonly roles: string | undefined;
  /** The roles that heads should tell apart; subject, verb and object where the data has them, else all. */
  readonly compared: readonly string[] | undefined;
  /** Words that Mapper sees at most: whole texts, drawn with the seed. */
  readonly points: number;
  readonly lens: Exclude<LensName, 'column'>;
  readonly intervals: number;
  readonly overlap: number;
  readonly minimumPoints: number;
  /** Of the clusters; `undefined` is 0.75 of the knee of the neighbour distances. */
  readonly radius: number | undefined;
  /** Exchanges of roles for the null; chosen by the number of heads where undefined. */
  readonly permutations: number | undefined;
  readonly seed: number;
}

/** TopoBERT's choice of cover and clustering (Rathore, Zhou, Srikumar, Wang 2023). */
export const ATTENTION_DEFAULTS: AttentionParameters = {
  layer: undefined,
  head: undefined,
  roles: undefined,
  compared: undefined,
  points: 10_000,
  lens: 'l2',
  intervals: 50,
  overlap: 0.5,
  minimumPoints: 3,
  radius: undefined,
  permutations: undefined,
  seed: 0,
};

/** A mean over texts with its 95 % interval, ± 1.96 standard errors. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Of the attention graph of a text at a threshold, averaged over texts (`topology/attentionGraph`). */
export interface ThresholdFeatures {
  readonly threshold: number;
  readonly strongComponents: Estimate;
  readonly edges: Estimate;
  readonly degree: Estimate;
  readonly cycles: Estimate;
  /** Share of the texts in which cycles were counted no further, so that their mean is a lower bound. */
  readonly cyclesCapped: number;
  readonly beta0: Estimate;
  readonly beta1: Estimate;
}

export interface AttentionNode {
  readonly id: number;
  readonly interval: number;
  /** Places in `points`, ascending. */
  readonly members: Uint32Array;
  /** Members by role, the most first; empty without roles. */
  readonly colour: Readonly<Record<string, number>>;
  /** Mean place of the members in their texts, in words from 0. */
  readonly position: number;
  /** The most frequent words among the members, and how often. */
  readonly words: readonly (readonly [string, number])[];
}

/** The Mapper graph of what the words attend to in one head. */
export interface AttentionMapper {
  readonly nodes: readonly AttentionNode[];
  readonly edges: readonly MapperEdge[];
  readonly coverage: number;
  readonly components: number;
  readonly loops: number;
  readonly eps: number;
}

/** Purities of one graph when roles are exchanged: their mean, and the middle 95 % of them. */
export interface NullPurity {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How far the nodes of a head's graph tell the compared roles apart. */
export interface Separation {
  /** Σ over nodes of the most frequent compared role ÷ Σ over nodes of members with such a role. */
  readonly purity: number;
  /** Whole role sequences exchanged between texts of as many words: what position and length tell is kept, and nothing else. */
  readonly position: NullPurity;
  /** Roles exchanged between all words: what the sizes of the nodes tell. */
  readonly shuffled: NullPurity;
  /** (1 + exchanges that are as pure) ÷ (1 + exchanges), of `position`. */
  readonly pValue: number;
  /** By Holm, over all heads of the result. */
  readonly adjusted: number;
  /** Whether the adjusted p-value is at most 0.05 and a list by position alone is less pure. */
  readonly beyondPosition: boolean;
}

export interface AttentionHead {
  readonly layer: number;
  readonly head: number;
  readonly features: readonly ThresholdFeatures[];
  readonly mapper: AttentionMapper;
  /** Of the nodes, by all roles; `null` without roles, or without a node. */
  readonly purity: number | null;
  readonly separation: Separation | null;
}

export interface AttentionRoles {
  readonly field: string;
  /** Roles of the words that Mapper sees, and how many have each. */
  readonly counts: Readonly<Record<string, number>>;
  readonly compared: readonly string[];
  /** Purity, over compared roles, of a list of the words by their place in the text, without any attention. */
  readonly positionPurity: number;
  /** The same of a list by the words themselves. */
  readonly wordPurity: number;
  /** Share of the texts that have as many words as another, so that their roles can be exchanged. */
  readonly exchangeable: number;
  readonly permutations: number;
}

/** Which heads follow syntax, in a sentence. */
export interface SyntaxFinding {
  readonly heads: readonly { readonly layer: number; readonly head: number }[];
  readonly sentence: string;
  readonly rule: string;
}

export interface AttentionLayer {
  readonly layer: number;
  /** The node or the output that the attention was read from. */
  readonly name: string;
  readonly source: 'output' | 'pattern';
  readonly heads: number;
}

/** What each head of a network attends to in texts. */
export interface AttentionResult {
  readonly layers: readonly AttentionLayer[];
  readonly heads: readonly AttentionHead[];
  readonly roles: AttentionRoles | null;
  readonly syntax: SyntaxFinding | null;
  readonly texts: number;
  /** The words that Mapper sees: text and place of each, in its words from 0. */
  readonly points: { readonly text: Uint32Array; readonly word: Uint32Array };
  /** Words of the texts that have points, by text; of the others empty. */
  readonly words: readonly (readonly string[])[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}
