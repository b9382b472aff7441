import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import ts from 'typescript';
import {
  FOLDER_MARKS,
  globOf,
  INSPECTED_FILES,
  isOfKind,
  patternOf,
  WEIGHTS_FILES,
} from '../../src/host/base/fileKinds';
import { root } from './localisation';

interface MenuItem {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}
interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly icon?: unknown; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly customEditors: readonly {
      readonly selector: readonly { readonly filenamePattern: string }[];
      readonly priority: string;
    }[];
    readonly walkthroughs: readonly { readonly steps: readonly { readonly media: { readonly svg: string } }[] }[];
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;

/** Members of an interface, by its source. */
function membersOf(file: string, name: string): string[] {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = tree.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  return (found?.members ?? []).map(member => {
    assert.ok(member.name && (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name)));
    return member.name.text;
  });
}

describe('The manifest', () => {
  it('declares the commands of the table; what trees alone call needs no declaration', () => {
    const table = membersOf('src/host/commands/table.ts', 'CommandTable');
    const internal = ['neuralTopology.openResult'];
    const declared = contributes.commands.map(({ command }) => command);
    assert.deepEqual(new Set([...declared, ...internal]), new Set(table));
    assert.deepEqual(new Set(contributes.commands.map(({ category }) => category)), new Set(['%category%']));
  });

  it('declares the settings that are read', () => {
    const read = membersOf('src/host/base/settings.ts', 'SettingsTable').map(name => `neuralTopology.${name}`);
    assert.deepEqual(new Set(Object.keys(contributes.configuration.properties)), new Set(read));
    for (const name of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations)
      assert.ok(read.includes(name));
  });

  it('shows commands on the files that they apply to, and on no others', () => {
    const kinds = { 'neuralTopology.runWithPython': WEIGHTS_FILES } as const;
    for (const { command, when } of contributes.menus['explorer/context']!) {
      const pattern = /resourceFilename =~ \/(.+)\/i/.exec(when!)![1]!;
      assert.equal(
        pattern,
        patternOf(command === 'neuralTopology.runWithPython' ? kinds[command] : INSPECTED_FILES),
        command,
      );
    }
    const name = new RegExp(patternOf(INSPECTED_FILES), 'i');
    for (const model of ['a.onnx', 'A.ONNX', 'b.c.pt', 'acts.npz', 'model.json', 'Saved_Model.pb'])
      assert.ok(name.test(model) && isOfKind(`/w/${model}`, INSPECTED_FILES), model);
    for (const other of [
      'a.npy',
      'net.py',
      'a.onnx.txt',
      'a.onnxx',
      'onnx',
      'package.json',
      'my-model.json',
      'a.pb',
      '',
    ])
      assert.ok(!name.test(other) && !isOfKind(`/w/${other}`, INSPECTED_FILES), other);
    const patterns = contributes.customEditors.flatMap(({ selector }) => selector.map(one => one.filenamePattern));
    const inspected = [...INSPECTED_FILES.extensions.map(ending => `*${ending}`), ...INSPECTED_FILES.names];
    assert.deepEqual([...patterns].sort(), [...inspected].sort());
  });

  it('shows models that are clicked, and leaves to others what is theirs too', () => {
    const [models, shared] = contributes.customEditors;
    assert.equal(models!.priority, 'default');
    assert.equal(shared!.priority, 'option');
    for (const pattern of ['*.h5', '*.hdf5', '*.npz', 'model.json', 'model.safetensors.index.json'])
      assert.ok(
        shared!.selector.some(one => one.filenamePattern === pattern),
        pattern,
      );
  });

  it('puts at most one icon into the toolbar of an editor', () => {
    const inToolbar = contributes.menus['editor/title']!.filter(({ group }) => group?.startsWith('navigation'));
    assert.equal(inToolbar.length, 1);
  });

  it('names menus’ commands that are declared', () => {
    const declared = new Set(contributes.commands.map(({ command }) => command));
    for (const items of Object.values(contributes.menus))
      for (const { command } of items) assert.ok(command === undefined || declared.has(command), command);
  });

  it('names files that are there', () => {
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    const named = [manifest.icon, ...pictures, ...JSON.stringify(contributes).match(/media\/[\w/-]+\.(svg|png)/g)!];
    for (const file of named) assert.ok(fs.existsSync(path.join(root, file)), file);
  });

  it('has a colour for each kind of theme', () => {
    for (const { id, defaults } of contributes.colors)
      assert.deepEqual(Object.keys(defaults), ['dark', 'light', 'highContrast', 'highContrastLight'], id);
  });

  it('draws pictures in the theme’s colours', () => {
    for (const { steps } of contributes.walkthroughs)
      for (const { media } of steps) {
        const svg = fs.readFileSync(path.join(root, media.svg), 'utf8');
        const colours = [...svg.matchAll(/\s(?:fill|stroke)="([^"]+)"/g)].map(match => match[1]!.trim());
        assert.deepEqual(
          colours.filter(colour => !/^(var\(--vscode-|none$)/.test(colour)),
          [],
          media.svg,
        );
      }
  });

  it('starts nothing before it is needed', () => {
    // Menus on folders ask what is in them: where there are such folders, it has to be known before the first click.
    const marks = FOLDER_MARKS.extensions.map(ending => `*${ending}`).concat(FOLDER_MARKS.names);
    assert.deepEqual(manifest.activationEvents, [
      'onWebviewPanel:neuralTopology.inspect',
      'onWebviewPanel:neuralTopology.redundancy',
      'onWebviewPanel:neuralTopology.attention',
      'onWebviewPanel:neuralTopology.mapper',
      'onWebviewPanel:neuralTopology.prune',
      'onWebviewPanel:neuralTopology.compare',
      'onWebviewPanel:neuralTopology.timeline',
      ...marks.map(mark => `workspaceContains:**/${mark}`),
      // Sources say something only where there is a model that they may be of.
      'workspaceContains:**/{*.onnx,*.pt,*.pth,*.ckpt,*.safetensors,*.h5,*.hdf5,*.keras,model.json}',
    ]);
  });
});

describe('The glob of kinds of files', () => {
  it('finds them in either case', () => {
    assert.equal(globOf({ extensions: ['.npy'], names: [] }), '**/*.[nN][pP][yY]');
    assert.equal(
      globOf({ extensions: ['.npy', '.h5'], names: ['m.pb'] }),
      '{**/*.[nN][pP][yY],**/*.[hH]5,**/[mM].[pP][bB]}',
    );
  });
});
