import { workerData } from 'node:worker_threads';
import { help, type CrewInvitation } from '../topology/kernels/crew';

// What dist/helper.js holds, and nothing else: it is to be there soon.
help(workerData as CrewInvitation);
