import path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled } from '../../base/fault';
import type { DataCandidate } from '../../engine';
import type { OutlineResult } from '../../protocol/describe';
import type { DataChoice, PixelChoice } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { DATA_FILES, filterOf } from '../base/fileKinds';
import { sayCount } from '../base/numbers';
import { formatShape } from '../../base/numbers';
import type { InspectSession } from '../inspect/inspectSession';
import { labelCandidates, nearest, rankCandidates } from './candidates';
import { shortName, splitReference } from './reference';

export interface PickContext {
  readonly engine: () => Promise<EngineLike>;
  /** Data files of the workspace. */
  readonly files: () => Promise<readonly vscode.Uri[]>;
  /** Tokenizers of the workspace. */
  readonly tokenizers: () => Promise<readonly vscode.Uri[]>;
  /** Folders of the workspace whose images are data. */
  readonly imageFolders: () => Promise<readonly string[]>;
  readonly unexpected: (error: unknown) => void;
  /** What was said of the model's weights, where their file does not say it. */
  readonly answered: InspectSession['answered'];
}

/** Files whose headers are read to see whether they fit: more than that would keep a person waiting. */
const MOST_READ = 300;
/** Folders of images are listed with all that is in them. */
const MOST_FOLDERS = 12;

interface Item extends vscode.QuickPickItem {
  readonly choose?: () => Promise<DataChoice | undefined>;
  /** By the place of the button that was pressed. */
  readonly pressed?: readonly (() => Promise<DataChoice | undefined>)[];
}

/** Asks which data a model is to be inspected with; `undefined` when the person turns away. */
export async function pickData(
  model: vscode.Uri,
  described: OutlineResult,
  current: DataChoice | undefined,
  context: PickContext,
): Promise<DataChoice | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = vscode.l10n.t('Data for {0}', path.basename(model.fsPath));
  pick.placeholder = wanted(described);
  // A panel that is still being made may take the focus for a moment.
  pick.ignoreFocusOut = true;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.busy = true;
  const abort = new AbortController();
  const always = closingItems(model, described, context);
  pick.items = always;
  pick.show();

  const fill = async (): Promise<void> => {
    const files = (await context.files()).map(file => file.fsPath);
    const engine = await context.engine();
    const folders = await context.imageFolders();
    const near = [...nearest(files, model.fsPath, MOST_READ), ...nearest(folders, model.fsPath, MOST_FOLDERS)];
    const input = { model: model.fsPath, ...context.answered, files: near };
    const candidates = await engine.run('dataCandidates', input, { signal: abort.signal });
    const fitting = rankCandidates(candidates, model.fsPath);
    const items = fitting.map(candidate => candidateItem(candidate, candidates, current, described, context));
    const heading = items.length > 0 ? [separator(vscode.l10n.t('Fits the model'))] : [];
    const active = items.find(item => item.isCurrent) ?? items[0];
    pick.items = [...heading, ...items, ...always];
    if (items.length === 0) pick.placeholder = vscode.l10n.t('No data file of the workspace fits this model');
    if (active) pick.activeItems = [active];
  };
  void fill()
    .catch((error: unknown) => {
      if (!isCancelled(error)) context.unexpected(error);
    })
    .finally(() => (pick.busy = false));

  try {
    const chosen = await choiceOf(pick);
    return await chosen?.();
  } finally {
    abort.abort();
    pick.dispose();
  }
}

/** What a row has to be, as far as the model says it. */
function wanted({ inputs }: OutlineResult): string {
  const shape = inputs.length === 1 ? inputs[0]?.shape?.slice(1) : undefined;
  if (!shape || shape.length === 0 || shape.includes(null))
    return vscode.l10n.t('Choose the rows that the model is given');
  return vscode.l10n.t('Choose the rows that the model is given, of {0} numbers each', formatShape(shape));
}

/** What to do about the item that was accepted, or whose button was pressed. */
function choiceOf(pick: vscode.QuickPick<Item>): Promise<(() => Promise<DataChoice | undefined>) | undefined> {
  return new Promise(resolve => {
    pick.onDidAccept(() => {
      const item = pick.selectedItems[0];
      if (!item?.choose) return;
      resolve(item.choose);
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item, button }) => {
      const pressed = item.pressed?.[item.buttons?.indexOf(button) ?? -1];
      if (!pressed) return;
      resolve(pressed);
      pick.hide();
    });
    pick.onDidHide(() => resolve(undefined));
  });
}

function candidateItem(
  candidate: DataCandidate,
  all: readonly DataCandidate[],
  current: DataChoice | undefined,
  described: OutlineResult,
  context: PickContext,
): Item & { readonly isCurrent: boolean } {
  const { data, rows, rowsExact, rowShape, labels } = candidate;
  const isCurrent = current?.kind === 'file' && current.data === data;
  const pixels = isCurrent ? current.pixels : undefined;
  const shape = rowShape.length === 0 ? '1' : formatShape(rowShape);
  const size = rowsExact
    ? vscode.l10n.t('{0} rows of {1}', sayCount(rows), shape)
    : vscode.l10n.t('about {0} rows of {1}', sayCount(rows), shape);
  const labelled =
    labels === undefined ? vscode.l10n.t('no labels') : vscode.l10n.t('labels {0}', labelName(data, labels));
  const folder = vscode.workspace.asRelativePath(path.dirname(splitReference(data).file), true);
  const fit = candidate.treatment ?? whyItFits(candidate, described);
  return {
    isCurrent,
    label: shortName(data),
    description: `${size} · ${labelled}`,
    detail: isCurrent ? vscode.l10n.t('{0} · {1} · in use', folder, fit) : `${folder} · ${fit}`,
    iconPath: new vscode.ThemeIcon(isCurrent ? 'check' : candidate.treatment === undefined ? 'database' : 'file-media'),
    buttons: [
      { iconPath: new vscode.ThemeIcon('tag'), tooltip: vscode.l10n.t('Choose labels…') },
      ...(candidate.treatment === undefined
        ? []
        : [
            { iconPath: new vscode.ThemeIcon('settings-gear'), tooltip: vscode.l10n.t('Choose the values of pixels…') },
          ]),
    ],
    choose: () => Promise.resolve(fileChoice(data, labels, pixels)),
    pressed: [() => pickLabels(candidate, all, context), () => pickPixels(candidate, pixels)],
  };
}

/** In what way rows become what the model takes. */
function whyItFits({ exact, rowShape }: DataCandidate, { inputs }: OutlineResult): string {
  if (exact) return vscode.l10n.t('as the model takes it');
  const taken = inputs[0]?.shape?.slice(1);
  const product = (shape: readonly (number | null)[]) => shape.reduce<number>((size, axis) => size * (axis ?? NaN), 1);
  return taken !== undefined && product(taken) === product(rowShape)
    ? vscode.l10n.t('as many numbers, reshaped to {0}', formatShape(taken))
    : vscode.l10n.t('brought to {0}', formatShape(taken));
}

/** Labels within the same file by their part alone, others by their file. */
export function labelName(data: string, labels: string): string {
  const of = splitReference(labels);
  return of.file === splitReference(data).file && of.part !== undefined ? of.part : shortName(labels);
}

function closingItems(model: vscode.Uri, described: OutlineResult, context: PickContext): readonly Item[] {
  return [
    separator(vscode.l10n.t('Otherwise')),
    {
      label: vscode.l10n.t('Browse…'),
      description: vscode.l10n.t('a file elsewhere: arrays, a table, texts'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      alwaysShow: true,
      choose: () => browse(model, 'file', described, context),
    },
    {
      label: vscode.l10n.t('Folder of Images…'),
      description: vscode.l10n.t('PNG and JPEG, a sub-folder for each class'),
      iconPath: new vscode.ThemeIcon('file-media'),
      alwaysShow: true,
      choose: () => browse(model, 'folder', described, context),
    },
    {
      label: vscode.l10n.t('Random input, no data'),
      description: vscode.l10n.t('shows the shape of the network alone, not what it learned of the data'),
      iconPath: new vscode.ThemeIcon('symbol-numeric'),
      alwaysShow: true,
      choose: () => Promise.resolve({ kind: 'random' }),
    },
  ];
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function fileChoice(data: string, labels: string | undefined, pixels?: PixelChoice): DataChoice {
  return {
    kind: 'file',
    data,
    ...(labels === undefined ? {} : { labels }),
    ...(pixels === undefined ? {} : { pixels }),
  };
}

/** Which values stand for pixels, where what the model says of them is wrong or nothing. */
async function pickPixels(
  { data, labels, treatment = '' }: DataCandidate,
  current: PixelChoice | undefined,
): Promise<DataChoice | undefined> {
  const words: readonly (readonly [choice: PixelChoice | undefined, label: string, detail: string])[] = [
    [undefined, vscode.l10n.t('As the model takes them'), treatment],
    ['unit', vscode.l10n.t('0 to 1'), vscode.l10n.t('samples over 255')],
    ['signed', vscode.l10n.t('−1 to 1'), vscode.l10n.t('samples over 127.5, less 1')],
    ['bytes', vscode.l10n.t('0 to 255'), vscode.l10n.t('samples as they are, for a network that scales them itself')],
    [
      'imagenet',
      vscode.l10n.t('ImageNet’s'),
      vscode.l10n.t('0 to 1, less the mean of ImageNet’s pixels, over their deviation'),
    ],
  ];
  const items = words.map(([choice, label, detail]) => ({
    choice,
    label,
    detail,
    iconPath: new vscode.ThemeIcon(choice === current ? 'check' : 'blank'),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Pixels of {0}', shortName(data)),
    placeHolder: vscode.l10n.t('Choose which values stand for the pixels of the images'),
  });
  return chosen && fileChoice(data, labels, chosen.choice);
}

async function pickLabels(
  candidate: DataCandidate,
  all: readonly DataCandidate[],
  context: PickContext,
): Promise<DataChoice | undefined> {
  const names = new Set([
    ...(candidate.labels === undefined ? [] : [candidate.labels]),
    ...candidate.labelsInside,
    ...labelCandidates(all, candidate),
  ]);
  const items = [...names].map(name => ({
    label: labelName(candidate.data, name),
    description: vscode.workspace.asRelativePath(splitReference(name).file, true),
    iconPath: new vscode.ThemeIcon('tag'),
    choose: () => Promise.resolve<string | undefined>(name),
  }));
  const closing = [
    {
      label: vscode.l10n.t('Browse…'),
      description: vscode.l10n.t('a file with one class a row'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      choose: async () => {
        const { file } = splitReference(candidate.data);
        return chooseLabelsFile(vscode.Uri.file(file), context);
      },
    },
    {
      label: vscode.l10n.t('No labels'),
      description: vscode.l10n.t('no accuracy, and points of one colour'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      choose: () => Promise.resolve<string | undefined>(undefined),
    },
  ];
  const chosen = await vscode.window.showQuickPick([...items, ...closing], {
    title: vscode.l10n.t('Labels for {0}', shortName(candidate.data)),
    placeHolder: vscode.l10n.t('Choose the class of each row'),
    matchOnDescription: true,
  });
  if (!chosen) return undefined;
  const labels = await chosen.choose();
  const turnedAway = labels === undefined && chosen === closing[0];
  return turnedAway ? undefined : fileChoice(candidate.data, labels);
}

async function browse(
  model: vscode.Uri,
  kind: 'file' | 'folder',
  described: OutlineResult,
  context: PickContext,
): Promise<DataChoice | undefined> {
  const file = await openFile(model, vscode.l10n.t('Use as Data'), kind);
  return file && chooseIn(file, model, described, context);
}

/** Which rows of one file: asked where it has several that fit. */
export async function chooseIn(
  file: vscode.Uri,
  model: vscode.Uri,
  described: OutlineResult,
  context: PickContext,
): Promise<DataChoice | undefined> {
  const engine = await context.engine();
  const candidates = await engine.run('dataCandidates', {
    model: model.fsPath,
    ...context.answered,
    files: [file.fsPath],
  });
  const fitting = rankCandidates(candidates, model.fsPath);
  // What does not fit is taken all the same: the inspection then says in what way.
  if (fitting.length <= 1) return fileChoice(fitting[0]?.data ?? file.fsPath, fitting[0]?.labels);
  const chosen = await vscode.window.showQuickPick(
    fitting.map(candidate => candidateItem(candidate, candidates, undefined, described, context)),
    { title: path.basename(file.fsPath), placeHolder: vscode.l10n.t('Choose the rows that the model is given') },
  );
  return chosen?.choose?.();
}

/** Asks for a file of labels, and for the column or array in it where it has several. */
export async function chooseLabelsFile(near: vscode.Uri, context: PickContext): Promise<string | undefined> {
  const file = await openFile(near, vscode.l10n.t('Use as Labels'));
  return file && choosePart(file, context);
}

async function choosePart(file: vscode.Uri, context: PickContext): Promise<string | undefined> {
  const engine = await context.engine();
  const parts = await engine.run('labelCandidates', { files: [file.fsPath] });
  const flat = parts.map(part => part.labels);
  if (flat.length <= 1) return flat[0] ?? file.fsPath;
  const chosen = await vscode.window.showQuickPick(
    flat.map(part => ({ label: shortName(part), part })),
    { placeHolder: vscode.l10n.t('Choose the class of each row') },
  );
  return chosen?.part;
}

export async function openFile(
  near: vscode.Uri,
  openLabel: string,
  kind: 'file' | 'folder' = 'file',
): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    defaultUri: vscode.Uri.joinPath(near, '..'),
    openLabel,
    title: openLabel,
    canSelectFiles: kind === 'file',
    canSelectFolders: kind === 'folder',
    // IDX files and texts have names of every kind.
    filters:
      kind === 'folder' ? {} : { [vscode.l10n.t('Data')]: filterOf(DATA_FILES), [vscode.l10n.t('All Files')]: ['*'] },
  });
  return files?.[0];
}
