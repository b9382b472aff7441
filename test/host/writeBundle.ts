// Writes l10n/bundle.l10n.json: every message of the extension host, for translators.
import fs from 'node:fs';
import path from 'node:path';
import { bundleFile, expectedBundle } from './localisation';

fs.mkdirSync(path.dirname(bundleFile), { recursive: true });
fs.writeFileSync(bundleFile, `${JSON.stringify(expectedBundle(), null, 2)}\n`);
