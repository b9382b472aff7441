import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle';
import type { EngineLike } from '../base/engine';
import { isOfKind, SOURCE_FILES } from '../base/fileKinds';
import { SECTION, setting, type SettingsTable } from '../base/settings';
import type { Translate } from '../base/translate';
import type { LayerTopology } from '../../protocol/results';
import type { CommandId } from '../commands/table';
import { barcodePicture, pictureColours } from './barcodePicture';
import type { CodeAnalyses } from './codeAnalyses';
import { definitionOf, networkKey, type CodeLayer, type DefinedLayer } from './codeLayers';
import { hoverLines } from './hoverText';
import type { KeptAnswers } from '../program/keptAnswers';
import type { MeasuredModel } from '../results/measuredModel';
import type { Measurements } from '../results/measurements';
import { changeText, lensState, measuredLayer, redundantPart, redundantText, unitWord } from './lensText';
import { shrinkEdit } from './shrink';
import { shrinkable, type Shrinkable } from './shrinkable';
import type { SourceService } from './sourceService';
import { topologyPicture } from './topologyPicture';

export interface CodeFeaturesContext {
  readonly analyses: CodeAnalyses;
  readonly measurements: Measurements;
  readonly reader: SourceService;
  readonly engine: () => Promise<EngineLike>;
  readonly answers: KeptAnswers;
  /** What the open panel of a model found of a layer. */
  readonly topologyOf: (model: string, layer: string) => LayerTopology | undefined;
  /** What is thrown while a fix is made is said in a sentence. */
  readonly failed: (error: unknown) => void;
}

const SELECTOR: vscode.DocumentSelector = SOURCE_FILES.extensions.map(extension => ({
  scheme: 'file',
  pattern: `**/*${extension}`,
}));

const t: Translate = (message, ...args) => vscode.l10n.t(message, ...args);

/** What is said of layers in the editors of their sources: lines above them, hovers, marks, hints and fixes. Each can be turned off. */
export class CodeFeatures
  implements vscode.CodeLensProvider, vscode.HoverProvider, vscode.CodeActionProvider<ShrinkAction>, Disposable
{
  private readonly store = new DisposableStore();
  private readonly lensesChanged = this.store.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.lensesChanged.event;
  private readonly hints = this.store.add(vscode.languages.createDiagnosticCollection(SECTION));
  private readonly redundant = this.store.add(
    vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      overviewRulerLane: vscode.OverviewRulerLane.Right,
      overviewRulerColor: new vscode.ThemeColor('neuralTopology.redundantLayer'),
      borderWidth: '0 0 0 3px',
      borderStyle: 'dotted',
      borderColor: new vscode.ThemeColor('neuralTopology.redundantLayer'),
    }),
  );

  constructor(private readonly context: CodeFeaturesContext) {
    const { languages, window, workspace } = vscode;
    this.store.add(languages.registerCodeLensProvider(SELECTOR, this));
    this.store.add(languages.registerHoverProvider(SELECTOR, this));
    this.store.add(
      languages.registerCodeActionsProvider(SELECTOR, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.RefactorRewrite],
      }),
    );
    const changed = () => {
      this.lensesChanged.fire();
      this.mark();
    };
    this.store.add(context.analyses.onDidChange(changed));
    this.store.add(window.onDidChangeVisibleTextEditors(() => this.mark()));
    this.store.add(workspace.onDidCloseTextDocument(({ uri }) => this.hints.delete(uri)));
    this.store.add(
      workspace.onDidChangeConfiguration(event => {
        // Lines that are provided anew take the commands of those that are seen with them: only where it is needed.
        if (event.affectsConfiguration(`${SECTION}.code.lenses`)) this.lensesChanged.fire();
        if (event.affectsConfiguration(`${SECTION}.code`)) this.mark();
      }),
    );
    this.mark();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    if (!isOn('code.lenses', document)) return [];
    const layers = await this.context.analyses.layersOf(document);
    return layers.flatMap(layer => {
      const range = rangeOf(layer, document);
      const { model } = layer.network;
      const state = lensState(layer, this.measuredOf(layer), this.isStale(layer), t);
      const choose: vscode.Command = command(
        'neuralTopology.chooseModelOfSource',
        state.text,
        document.uri,
        layer.network.name,
      );
      if (model === undefined)
        return [new vscode.CodeLens(range, choose), new vscode.CodeLens(range, { ...choose, title: t('Topology') })];
      const uri = vscode.Uri.file(model);
      return [
        new vscode.CodeLens(range, command('neuralTopology.measurePruning', state.text, uri)),
        new vscode.CodeLens(range, command('neuralTopology.inspectLayer', t('Topology'), uri, layer.layers[0]!.model)),
      ];
    });
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    if (!isOn('code.hovers', document)) return undefined;
    const offset = document.offsetAt(position);
    const layers = await this.context.analyses.layersOf(document);
    const layer = layers.find(one => offset >= one.start && offset <= one.end);
    if (layer?.network.model === undefined) return undefined;
    // Of many layers on a line, those that can go are what is asked about.
    const removal = this.measuredOf(layer)?.removal;
    const goes = (defined: DefinedLayer) => redundantPart(defined, removal) !== undefined;
    const ordered = [...layer.layers.filter(goes), ...layer.layers.filter(defined => !goes(defined))];
    const parts = ordered.slice(0, MOST_IN_HOVER).map(defined => this.hoverOf(layer, defined));
    return new vscode.Hover(parts, rangeOf(layer, document));
  }

  async provideCodeActions(document: vscode.TextDocument, range: vscode.Range): Promise<ShrinkAction[]> {
    const layers = await this.context.analyses.layersOf(document);
    return layers
      .filter(layer => rangeOf(layer, document).intersection(range) !== undefined)
      .flatMap(layer => {
        const { model } = layer.network;
        if (model === undefined || this.isStale(layer)) return [];
        const shrinks = shrinkable(layer, this.measuredOf(layer)?.pruning).map(target => {
          const shrink = new ShrinkAction(shrinkTitle(layer, target), vscode.CodeActionKind.QuickFix, {
            layer,
            target,
          });
          shrink.diagnostics = [...(this.hints.get(document.uri) ?? [])].filter(one => one.range.intersection(range));
          return shrink;
        });
        const canGo = layer.layers.some(
          one => (measuredLayer(one, this.measuredOf(layer)?.pruning)?.removable ?? 0) > 0,
        );
        if (!canGo) return [];
        const write = new ShrinkAction(t('Write pruned model…'), vscode.CodeActionKind.QuickFix, undefined);
        write.command = command('neuralTopology.prune', write.title, vscode.Uri.file(model));
        return [...shrinks, write];
      });
  }

  /** What takes reading is done when the action is chosen. */
  async resolveCodeAction(action: ShrinkAction): Promise<ShrinkAction> {
    if (!action.target) return action;
    const { layer, target } = action.target;
    try {
      const { reader, answers } = this.context;
      action.edit = await shrinkEdit(layer, target, reader, await this.context.engine(), answers, action.title);
    } catch (error) {
      this.context.failed(error);
    }
    return action;
  }

  dispose(): void {
    this.store.dispose();
  }

  private measuredOf({ network }: CodeLayer): MeasuredModel | undefined {
    return network.model === undefined ? undefined : this.context.measurements.of(network.model);
  }

  /** Whether the source says something else of its layers than it did when they were measured. */
  private isStale(layer: CodeLayer): boolean {
    const before = this.measuredOf(layer)?.definitions[networkKey(layer.network)];
    return before !== undefined && before !== definitionOf(layer.network);
  }

  private hoverOf(layer: CodeLayer, defined: DefinedLayer): vscode.MarkdownString {
    const measured = this.measuredOf(layer);
    const { model } = layer.network;
    const topology = model === undefined ? undefined : this.context.topologyOf(model, defined.model);
    const { title, figures, caveats } = hoverLines(layer, defined, measured, this.isStale(layer), topology, t);
    // Names come from files: they stand as text, and nothing in it is a link or a command.
    const text = new vscode.MarkdownString();
    text.appendText(title).appendMarkdown('\n\n');
    const known = measuredLayer(defined, measured?.pruning);
    const colours = pictureColours(themeKind());
    if (topology) {
      const words = { components: t('components'), loops: t('loops') };
      text.appendMarkdown(pictureIn(topologyPicture(topology, words, colours), t('Barcode of the activations')));
    }
    if (known && known.bars.length > 0) {
      // A bar less than there are units: the last one merges with none.
      const going = known.removable * (known.bars.length / Math.max(1, known.units - 1));
      const words = { canGo: t('can go'), stay: t('stay') };
      text.appendMarkdown(pictureIn(barcodePicture(known.bars, going, words, colours), t('Barcode of the units')));
    }
    for (const line of [...figures, ...caveats]) text.appendText(line).appendMarkdown('\n\n');
    return text;
  }

  /** Marks redundant layers in the editors that are seen, and lists hints where those are wanted. */
  private mark(): void {
    for (const editor of vscode.window.visibleTextEditors) void this.markIn(editor).catch(this.context.failed);
  }

  private async markIn(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    if (!isOfKind(document.uri.fsPath, SOURCE_FILES)) return;
    const layers = await this.context.analyses.layersOf(document);
    const redundant = layers.flatMap(layer => {
      const removal = this.measuredOf(layer)?.removal;
      const parts = layer.layers.flatMap(defined => redundantPart(defined, removal) ?? []);
      const sentence = [...new Set(parts.map(part => redundantText(part, t)))].join(' ');
      return sentence === '' ? [] : [{ range: rangeOf(layer, document), sentence }];
    });
    const marked = isOn('code.marks', document) ? redundant : [];
    editor.setDecorations(
      this.redundant,
      marked.map(({ range }) => range),
    );
    this.hints.set(document.uri, isOn('code.hints', document) ? this.hintsIn(document, layers, redundant) : []);
  }

  private hintsIn(
    document: vscode.TextDocument,
    layers: readonly CodeLayer[],
    redundant: readonly { readonly range: vscode.Range; readonly sentence: string }[],
  ): vscode.Diagnostic[] {
    const hint = (range: vscode.Range, sentence: string) => {
      // The panel does not list what has the severity of a hint.
      const made = new vscode.Diagnostic(range, sentence, vscode.DiagnosticSeverity.Information);
      made.source = 'Neural Topology';
      return made;
    };
    const prunable = layers.flatMap(layer => {
      const { pruning } = this.measuredOf(layer) ?? {};
      const [defined] = layer.layers;
      const known = defined && measuredLayer(defined, pruning);
      if (!pruning || !known || known.removable === 0 || this.isStale(layer)) return [];
      const sentence = t(
        '{0} of {1} {2} of {3} can go at {4} on held-out rows.',
        known.removable,
        known.units,
        unitWord(layer.unit, known.units, t),
        defined.path,
        changeText(known, pruning.measure, t),
      );
      return [hint(rangeOf(layer, document), sentence)];
    });
    return [...prunable, ...redundant.map(({ range, sentence }) => hint(range, sentence))];
  }
}

const MOST_IN_HOVER = 3;

/** A fix that is worked out when it is chosen. */
export class ShrinkAction extends vscode.CodeAction {
  constructor(
    title: string,
    kind: vscode.CodeActionKind,
    readonly target: { readonly layer: CodeLayer; readonly target: Shrinkable } | undefined,
  ) {
    super(title, kind);
  }
}

function shrinkTitle({ layers, unit }: CodeLayer, target: Shrinkable): string {
  const { units } = target;
  const word = unitWord(unit, units, t);
  if (layers.length === 1) return t('Shrink to {0} {1}', units, word);
  return target.layers.length === 1
    ? t('Shrink {0} to {1} {2}', target.layers[0]!.path, units, word)
    : t('Shrink {0} layers to {1} {2} each', target.layers.length, units, word);
}

function command(id: CommandId, title: string, ...parameters: unknown[]): vscode.Command {
  return { command: id, title, arguments: parameters };
}

function isOn(name: keyof SettingsTable, { uri }: vscode.TextDocument): boolean {
  return setting(name, uri) === true;
}

function rangeOf({ start, end }: CodeLayer, document: vscode.TextDocument): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

/** An image of ours in Markdown. */
function pictureIn(svg: string, description: string): string {
  return `![${description}](data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')})\n\n`;
}

function themeKind(): Parameters<typeof pictureColours>[0] {
  switch (vscode.window.activeColorTheme.kind) {
    case vscode.ColorThemeKind.Light:
      return 'light';
    case vscode.ColorThemeKind.Dark:
      return 'dark';
    case vscode.ColorThemeKind.HighContrast:
      return 'contrast-dark';
    case vscode.ColorThemeKind.HighContrastLight:
      return 'contrast-light';
  }
}
