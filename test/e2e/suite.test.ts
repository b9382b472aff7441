import { after } from 'node:test';
import { stopEditors } from './harness/journey';
import './journeys/inspect';
import './journeys/activations';
import './journeys/attention';
import './journeys/interrupt';
import './journeys/brokenFiles';
import './journeys/code';
import './journeys/compare';
import './journeys/describe';
import './journeys/findTheWay';
import './journeys/formats';
import './journeys/kinds';
import './journeys/keyboard';
import './journeys/mapper';
import './journeys/prune';
import './journeys/redundancy';
import './journeys/restricted';
import './journeys/timeline';

// One file, so that all journeys share a server and one browser.
after(stopEditors);
