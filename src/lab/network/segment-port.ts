import { type Cidr, cidr } from '#lab/network/address.ts'
import type { UnderlayPort } from '#lab/network/underlay-ports.ts'

/** A switch port: its state is carrier for the machine behind it. */
export class SegmentPort implements UnderlayPort {
  readonly #changed: () => void
  #up = true
  #mtuBytes = 9000
  #groups: readonly string[] = []
  #allowedSources: 'any' | readonly string[] = 'any'
  #allowedBlocks: readonly Cidr[] = []
  #corruptsVxlanChecksums = false

  constructor(changed: () => void) {
    this.#changed = changed
  }

  get up(): boolean {
    return this.#up
  }

  set up(up: boolean) {
    if (up === this.#up) return
    this.#up = up
    this.#changed()
  }

  get mtuBytes(): number {
    return this.#mtuBytes
  }

  set mtuBytes(mtuBytes: number) {
    if (mtuBytes === this.#mtuBytes) return
    this.#mtuBytes = mtuBytes
    this.#changed()
  }

  get groups(): readonly string[] {
    return this.#groups
  }

  set groups(groups: readonly string[]) {
    this.#groups = groups
    this.#changed()
  }

  get allowedSources(): 'any' | readonly string[] {
    return this.#allowedSources
  }

  set allowedSources(allowed: 'any' | readonly string[]) {
    this.#allowedSources = allowed
    this.#allowedBlocks = allowed === 'any' ? [] : allowed.map(cidr)
    this.#changed()
  }

  /** What may be sent besides the machine's own addresses; only looked at where not `any`. */
  get allowedBlocks(): readonly Cidr[] {
    return this.#allowedBlocks
  }

  get corruptsVxlanChecksums(): boolean {
    return this.#corruptsVxlanChecksums
  }

  set corruptsVxlanChecksums(corrupts: boolean) {
    if (corrupts === this.#corruptsVxlanChecksums) return
    this.#corruptsVxlanChecksums = corrupts
    this.#changed()
  }
}
