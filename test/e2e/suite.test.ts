import { after } from 'node:test';
import { stopEditor } from './harness/journey';
import './journeys/inspect';
import './journeys/interrupt';
import './journeys/brokenFiles';
import './journeys/describe';
import './journeys/findTheWay';
import './journeys/keyboard';

// One file, so that all journeys share one server and one browser.
after(stopEditor);
