/**
 * One memory for one cloud, in which several threads may work at the same time: every thread has an instance of its own, and what all of them
 * need to know stands at the start of the memory. `src/topology/ripsSpace.ts` lays it out:
 *
 *   matrix   distances (float32, rows without gaps) at first, then what is being sorted, then ranks of edges (int32, rows of `stride` bytes)
 *   edges    coordinates in panels at first, then one 64-bit word an edge, in order: bits of the float32 length ‹‹ 32 | larger end ‹‹ 16 | smaller end
 *
 * A *job* is a function of (from, to, member). It does the part of the work that belongs to the indices [from, to), and writes nothing that
 * belongs to others: parts may run in any thread and in any order. `member` is the number of the thread.
 */

/** The first 64 bytes are for the threads to agree on who does what. */
const PARAMETERS: usize = 64;

@inline
export function count(): i32 {
  return load<i32>(PARAMETERS);
}

/** Bytes in a row of ranks: a multiple of 16. */
@inline
export function stride(): usize {
  return load<u32>(PARAMETERS, 4);
}

@inline
export function matrix(): usize {
  return load<u32>(PARAMETERS, 8);
}

@inline
export function edges(): usize {
  return load<u32>(PARAMETERS, 12);
}

/** Tables of one 32-bit number a point. */
@inline
export function pointTable(table: i32): usize {
  return <usize>load<u32>(PARAMETERS, 16) + <usize>table * (<usize>count() << 2);
}

// --- Measuring -------------------------------------------------------------------------------------------------------------------

/** Coordinates of a point. */
@inline
export function width(): i32 {
  return load<i32>(PARAMETERS, 20);
}

/** One of those of `distances.as`. */
@inline
export function metric(): i32 {
  return load<i32>(PARAMETERS, 24);
}

/** Panels that stay in the cache while others pass by. */
@inline
export function blockPanels(): i32 {
  return load<i32>(PARAMETERS, 28);
}

/** Squared lengths of all points as doubles. */
@inline
export function squaredLengths(): usize {
  return load<u32>(PARAMETERS, 32);
}

/** The point that is moved to 0, as doubles. */
@inline
export function origin(): usize {
  return load<u32>(PARAMETERS, 36);
}

/** Rows as they were given, of a part of the points; the number of its first panel; and whether they are doubles. */
@inline
export function given(): usize {
  return load<u32>(PARAMETERS, 40);
}

@inline
export function firstGiven(): i32 {
  return load<i32>(PARAMETERS, 44);
}

@inline
export function givenDoubles(): bool {
  return load<i32>(PARAMETERS, 48) !== 0;
}

// --- Sorting ---------------------------------------------------------------------------------------------------------------------

/** Longer edges are left out. */
@inline
export function longest(): f32 {
  return load<f32>(PARAMETERS, 52);
}

/** The bits of the shortest length, and how many of the last bits above it tell the lengths of one bucket apart. */
@inline
export function shortestBits(): u32 {
  return load<u32>(PARAMETERS, 56);
}

@inline
export function bucketBits(): u32 {
  return load<u32>(PARAMETERS, 60);
}

/** The rows are counted and placed in so many shares, each with a table of buckets of its own; behind them tables for sorting, one a member. */
@inline
export function shares(): i32 {
  return load<i32>(PARAMETERS, 64);
}

@inline
export function bucketTables(): usize {
  return load<u32>(PARAMETERS, 68);
}

@inline
export function edgeCount(): i32 {
  return load<i32>(PARAMETERS, 72);
}
