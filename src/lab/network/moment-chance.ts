import { drawnAt } from '#base/random.ts'

/**
 * Chance that depends on the time and on how often it was asked in this moment, not on how much was drawn before: a health check which
 * is left out does not move what happens to anybody else's packets.
 */
export class MomentChance {
  readonly #seed: number
  #momentMs = 0
  #momentSeed = 0
  #drawn = 0

  constructor(seed: number) {
    this.#seed = seed
  }

  /** In [0, 1). */
  draw(nowMs: number): number {
    if (nowMs !== this.#momentMs) {
      this.#drawn = 0
      this.#momentMs = nowMs
      // Sixteenths of a millisecond are the least that the network tells apart: see latencyMs.
      this.#momentSeed = Math.floor(drawnAt(this.#seed, nowMs * 16) * 2 ** 32)
    }
    return drawnAt(this.#momentSeed, this.#drawn++)
  }
}
