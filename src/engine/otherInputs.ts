import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import { nearestNames } from '../base/nearest';
import { isDataName } from '../data/npz';
import { describeData } from '../data/openData';
import type { DataSet } from '../data/dataSet';
import { ownInputs } from '../probes/followingInputs';
import { blaming } from './blaming';
import { dataTarget } from './dataTarget';
import { openDataFile, openReference, type OpenData, type ReadContext } from './openFiles';
import type { OpenModel } from './openModelFile';
import type { DataReading } from './operationTypes';

/** Rows of inputs beside the one that the data is for, by the names of the inputs. */
export type OtherInputs = ReadonlyMap<string, OpenData>;

/**
 * The reference with the array named that the network's own input is called as, where an .npz of several has one and nothing else says which is meant:
 * no name after #, and none of the usual ones among its arrays.
 */
export function namedAsInput(
  { model }: OpenModel,
  data: string,
  named: DataReading['inputs'],
  store: DisposableStore,
): string {
  const { source, part } = openReference(data, store);
  if ('entries' in source || part !== undefined) return data;
  const { format, arrays } = blaming(data, () => describeData(source), source.name);
  if (format !== 'npz' || arrays.length < 2 || arrays.some(({ name }) => isDataName(name))) return data;
  const open = ownInputs(model.inputs).find(({ name }) => named?.[name] === undefined);
  return open !== undefined && arrays.some(({ name }) => name === open.name) ? `${data}#${open.name}` : data;
}

/**
 * Which references further inputs are given: those that are named, and arrays of the data's own .npz that are called like an input which needs rows of its own. Throws `usage`
 * for an input that there is not.
 */
export function otherReferences(
  { model }: OpenModel,
  data: string,
  named: DataReading['inputs'],
  store: DisposableStore,
): ReadonlyMap<string, string> {
  const names = model.inputs.map(input => input.name);
  for (const name of Object.keys(named ?? {}))
    if (!names.includes(name))
      throw new Fault('usage', `The network has no input ${name}; its inputs are ${names.join(', ')}.`, {
        hint: `The nearest are ${nearestNames(name, names).join(', ') || names[0]}.`,
        source: '--input',
      });
  const found = new Map(Object.entries(named ?? {}));
  const own = ownInputs(model.inputs).filter(input => !found.has(input.name));
  if (own.length < 2) return found;
  const { source, part } = openReference(data, store);
  if ('entries' in source || part === undefined) return found;
  const { format, arrays } = describeData(source);
  if (format !== 'npz') return found;
  const file = data.slice(0, data.length - part.length - 1);
  for (const { name } of own)
    if (name !== part && arrays.some(array => array.name === name)) found.set(name, `${file}#${name}`);
  return found;
}

/** Opens them. Rows that are left out of one would shift the others: none may be. */
export function openOtherInputs(
  opened: OpenModel,
  references: ReadonlyMap<string, string>,
  reading: DataReading,
  store: DisposableStore,
  context: ReadContext,
): OtherInputs {
  return new Map(
    [...references].map(([input, reference]): [string, OpenData] => {
      const whole = { ...reading, dropNotFinite: false };
      return [input, openDataFile(reference, undefined, whole, store, context, dataTarget(opened, { input }))];
    }),
  );
}

/** What a capture takes. */
export function rowsOfInputs(others: OtherInputs): Readonly<Record<string, DataSet>> {
  return Object.fromEntries([...others].map(([name, { data }]) => [name, data]));
}
