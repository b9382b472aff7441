import { Fault, type FaultData } from '../../base/fault';

/** What tools say to a language model where something is wrong: in English, as their descriptions in the manifest are. */

export function noFolder(): Fault {
  return new Fault('not-found', 'No folder is open.', { hint: 'Open the folder that holds the model.' });
}

export function noData(model: string): Fault {
  return new Fault('usage', `No data is linked to ${JSON.stringify(model)}.`, {
    hint: 'Name a data file of the workspace as “data”, such as data/test.npz#X, or let the person choose one with the command Neural Topology: Select Data.',
  });
}

/** A defect of ours, of which a chat learns no more than that. */
export const DEFECT: FaultData = {
  code: 'unsupported',
  message: 'The tool stopped unexpectedly; the log of the extension says where.',
};
