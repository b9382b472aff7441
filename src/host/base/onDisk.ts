import path from 'node:path';
import { Fault } from '../../base/fault';
import type { Translate } from './translate';

/** As much of an address as says where it is. */
export interface Address {
  readonly scheme: string;
  readonly path: string;
}

/** Whether a file lies on the disk of the machine where extensions run, which is where it is read; over Remote-SSH that is the machine that holds it. */
export function isOnDisk({ scheme }: Address): boolean {
  return scheme === 'file';
}

/** Why a file elsewhere is not read: in a repository on the web, in an older version, in an archive that is shown as a folder. */
export function notOnDisk({ scheme, path: name }: Address, t: Translate): Fault {
  const file = path.posix.basename(name);
  return new Fault(
    'unsupported',
    t('{0} is not on the disk of the machine where extensions run: it is at an address of {1}.', file, `${scheme}:`),
    {
      hint: t(
        'Models are read in parts from the disk. Download it, or open its folder over SSH, in a container or in WSL, and it is read there.',
      ),
      source: name,
    },
  );
}
