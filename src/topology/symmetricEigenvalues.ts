import { Cancellation } from '../base/cancellation';

const MOST_SWEEPS = 60;

/**
 * The eigenvalues of a symmetric matrix, ascending; `matrix` is size × size in C order, its lower triangle is read and overwritten. Householder
 * tridiagonalisation and implicit QL without vectors (Golub and Van Loan, Matrix Computations, 8.3; EISPACK tred1 and imtql1): 4/3 size³ operations.
 */
export function symmetricEigenvalues(
  matrix: Float64Array,
  size: number,
  cancellation = Cancellation.never,
): Float64Array {
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  tridiagonalise(matrix, size, diagonal, beside, cancellation);
  implicitQl(diagonal, beside);
  return diagonal.sort();
}

/** Reduces row after row from the last, with a reflection of what stands left of its diagonal. `beside[i]` is entry [i, i − 1]. */
function tridiagonalise(
  matrix: Float64Array,
  size: number,
  diagonal: Float64Array,
  beside: Float64Array,
  cancellation: Cancellation,
): void {
  const image = new Float64Array(size);
  for (let i = size - 1; i > 0; i--) {
    cancellation.throwIfCancelled();
    const row = matrix.subarray(i * size, i * size + i);
    diagonal[i] = matrix[i * size + i]!;
    let largest = 0;
    for (const value of row) largest = Math.max(largest, Math.abs(value));
    if (i === 1 || largest === 0) {
      beside[i] = row[i - 1]!;
      continue;
    }
    // v = x − α·e, with α of the sign that avoids cancellation; scaled so that squares neither overflow nor vanish.
    let squared = 0;
    for (let k = 0; k < i; k++) {
      row[k] = row[k]! / largest;
      squared += row[k]! * row[k]!;
    }
    const last = row[i - 1]!;
    const alpha = last > 0 ? -Math.sqrt(squared) : Math.sqrt(squared);
    beside[i] = alpha * largest;
    row[i - 1] = last - alpha;
    const half = squared - last * alpha;
    reflect(matrix, size, row, half, image);
  }
  if (size > 0) diagonal[0] = matrix[0]!;
}

/** A ← (1 − v vᵀ/half) A (1 − v vᵀ/half) on the leading rows, as A − v qᵀ − q vᵀ. */
function reflect(matrix: Float64Array, size: number, v: Float64Array, half: number, image: Float64Array): void {
  const length = v.length;
  image.fill(0, 0, length);
  for (let a = 0; a < length; a++) {
    const start = a * size;
    const va = v[a]!;
    let sum = matrix[start + a]! * va;
    for (let b = 0; b < a; b++) {
      const entry = matrix[start + b]!;
      sum += entry * v[b]!;
      image[b] = image[b]! + entry * va;
    }
    image[a] = image[a]! + sum;
  }
  let product = 0;
  for (let a = 0; a < length; a++) {
    image[a] = image[a]! / half;
    product += image[a]! * v[a]!;
  }
  const share = product / (2 * half);
  for (let a = 0; a < length; a++) image[a] = image[a]! - share * v[a]!;
  for (let a = 0; a < length; a++) {
    const start = a * size;
    const va = v[a]!;
    const qa = image[a]!;
    for (let b = 0; b <= a; b++) matrix[start + b] = matrix[start + b]! - va * image[b]! - qa * v[b]!;
  }
}

/** Eigenvalues of a tridiagonal matrix, left in `diagonal`. */
function implicitQl(diagonal: Float64Array, beside: Float64Array): void {
  const size = diagonal.length;
  beside.copyWithin(0, 1);
  if (size > 0) beside[size - 1] = 0;
  for (let first = 0; first < size; first++) {
    for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      // The block from `first` ends where an entry beside the diagonal is negligible.
      let end = first;
      while (end < size - 1) {
        const scale = Math.abs(diagonal[end]!) + Math.abs(diagonal[end + 1]!);
        if (Math.abs(beside[end]!) <= Number.EPSILON * scale) break;
        end++;
      }
      if (end === first) break;
      let g = (diagonal[first + 1]! - diagonal[first]!) / (2 * beside[first]!);
      let r = Math.hypot(g, 1);
      g = diagonal[end]! - diagonal[first]! + beside[first]! / (g + (g < 0 ? -r : r));
      let sine = 1;
      let cosine = 1;
      let carried = 0;
      let i = end - 1;
      for (; i >= first; i--) {
        const f = sine * beside[i]!;
        const b = cosine * beside[i]!;
        r = Math.hypot(f, g);
        beside[i + 1] = r;
        if (r === 0) {
          // The block has fallen apart.
          diagonal[i + 1] = diagonal[i + 1]! - carried;
          beside[end] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = diagonal[i + 1]! - carried;
        r = (diagonal[i]! - g) * sine + 2 * cosine * b;
        carried = sine * r;
        diagonal[i + 1] = g + carried;
        g = cosine * r - b;
      }
      if (r === 0 && i >= first) continue;
      diagonal[first] = diagonal[first]! - carried;
      beside[first] = g;
      beside[end] = 0;
    }
  }
}
