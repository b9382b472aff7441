/** Σ over nodes of the largest class's count ÷ Σ over nodes of members; undefined without members. */
export function mapperPurity(
  nodes: Iterable<Uint32Array>,
  labels: ArrayLike<number>,
  classes: number,
): number | undefined {
  let [largest, members] = [0, 0];
  const counts = new Uint32Array(classes);
  for (const node of nodes) {
    counts.fill(0);
    let most = 0;
    for (const member of node) {
      const label = labels[member]!;
      counts[label] = counts[label]! + 1;
      most = Math.max(most, counts[label]);
    }
    largest += most;
    members += node.length;
  }
  return members > 0 ? largest / members : undefined;
}
