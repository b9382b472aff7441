/** Model and data to numbers: forward passes, activations, answers. */
export { capture, type Capture, type CaptureOptions } from './capture';
export type { CaptureFailure, LayerActivations } from './layerCollector';
export type { InputRows } from './inputRows';
export type { NetworkOutputs } from './outputs';
export type { Reduction } from './reduction';
export type { RuntimeKind, RuntimeOptions } from './runtime';
export { fitInput, type InputFit } from './fitInput';
export { accuracy, outputOfClass, predictedClasses, wilson, type Accuracy, type RowLabels } from './accuracy';
export { forecastCapture, forwardCost, type LayerForecast } from './forecast';
export { randomInput, type RandomRows } from './randomInput';
export { selectLayers } from './selectLayers';
