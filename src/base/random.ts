/** A stream of chance that a seed decides. Every consumer forks its own, so that one more draw here moves nothing there. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A whole number in [from, to], both included. */
  between(from: number, to: number): number
  /** `length` characters out of `alphabet`. */
  text(length: number, alphabet?: string): string
  pick<T>(from: readonly T[]): T
  /** A version 4 UUID. */
  uuid(): string
  /** An independent stream, decided by this stream's seed and `name` alone. */
  fork(name: string): Random
}

/** Characters that Kubernetes uses for generated names (no vowels, no look-alikes): apimachinery util/rand. */
export const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** A seeded generator (sfc32, seeded by the FNV-1a hash of the seed's text). */
export const seeded = (seed: string | number): Random =>
  new Seeded(String(seed), 0x811c9dc5, 0x9e3779b9, 0x243f6a88)

/** A lab has thousands, most of which are asked once. */
class Seeded implements Random {
  /** Three hashes of the seed's text: those of a longer one, as forks have it, go on from there. */
  readonly #rootA: number
  readonly #rootB: number
  readonly #rootC: number
  #a: number
  #b: number
  #c: number
  #d = 1

  constructor(more: string, a: number, b: number, c: number) {
    this.#a = this.#rootA = fnv(more, a)
    this.#b = this.#rootB = fnv(more, b)
    this.#c = this.#rootC = fnv(more, c)
    for (let warmUp = 0; warmUp < 12; warmUp++) this.next()
  }

  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0
    const c = this.#c
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (c + (c << 3)) | 0
    this.#c = (((c << 21) | (c >>> 11)) + t) | 0
    return (t >>> 0) / 2 ** 32
  }

  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  /** In one piece: a text that was put together of single characters takes 32 bytes for each of them. */
  text(length: number, alphabet: string = nameAlphabet): string {
    const codes = new Array<number>(length)
    for (let i = 0; i < length; i++) codes[i] = alphabet.charCodeAt(this.between(0, alphabet.length - 1))
    return String.fromCharCode(...codes)
  }

  pick<T>(from: readonly T[]): T {
    return from[this.between(0, from.length - 1)] as T
  }

  uuid(): string {
    const hex = this.text(32, '0123456789abcdef')
    const variant = '89ab'[this.between(0, 3)]
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-')
  }

  fork(name: string): Random {
    return new Seeded(`/${name}`, this.#rootA, this.#rootB, this.#rootC)
  }
}

/** The number in [0, 1) at `index` of an endless list that `seed` (a whole number) decides: for who may have to leave some out. */
export function drawnAt(seed: number, index: number): number {
  // The finalizer of MurmurHash3 on a Weyl sequence: well mixed from the first on.
  let mixed = (seed + Math.floor(index / 2 ** 32) + Math.imul(index + 1, 0x9e3779b9)) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}

function fnv(text: string, basis: number): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash | 0
}
