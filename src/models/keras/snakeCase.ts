/** A class's name as Keras 3 writes it in paths of weights (keras.src.utils.naming.to_snake_case): Conv2D is conv2d, ReLU re_lu. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
