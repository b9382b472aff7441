import * as vscode from 'vscode';
import type { InspectParameters } from '../../protocol/results';
import { isReduction, MOST_POINTS } from '../inspect/messages';

/** Every setting of ours and the type of its value. */
export interface SettingsTable {
  readonly data: unknown;
  readonly points: number;
  readonly maxDimension: number;
  readonly reduction: string;
  readonly seed: number;
  readonly confirmAboveSeconds: number;
  readonly threads: number;
  readonly memoryLimitMegabytes: number;
  readonly cacheMegabytes: number;
  readonly notifyWhenDone: boolean;
  readonly python: string;
  readonly 'code.lenses': boolean;
  readonly 'code.hovers': boolean;
  readonly 'code.marks': boolean;
  readonly 'code.hints': boolean;
}

export const SECTION = 'neuralTopology';

/** The value of a setting, for a file where it can differ by folder. What an untrusted workspace sets is not seen here. */
export function setting<Name extends keyof SettingsTable>(
  name: Name,
  scope?: vscode.Uri,
): SettingsTable[Name] | undefined {
  return vscode.workspace.getConfiguration(SECTION, scope).get<SettingsTable[Name]>(name);
}

/** The parameters of an inspection as the settings have them; values out of range are held within it. */
export function inspectSettings(model: vscode.Uri): Partial<InspectParameters> {
  const reduction = setting('reduction', model);
  return {
    points: integer(setting('points', model), 2, MOST_POINTS, 1000),
    maxDimension: integer(setting('maxDimension', model), 0, 2, 1),
    seed: integer(setting('seed', model), 0, 2 ** 32 - 1, 0),
    ...(isReduction(reduction) ? { reduction } : {}),
  };
}

/** A setting is what somebody typed: anything that is no number counts as not set. */
export function integer(value: unknown, low: number, high: number, otherwise: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise;
  return Math.min(high, Math.max(low, Math.round(value)));
}
