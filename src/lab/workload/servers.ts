import type { Process } from '#lab/host/ports.ts'
import type { HttpAnswer } from '#lab/network/http.ts'

/**
 * The servers behind a Service, as far as one client has met them. Once each that chance could choose was seen to be well in this
 * epoch, any next request would be answered alike (docs/decisions/0012).
 */
export class Servers {
  readonly #well = new Set<string>()
  #epoch = 0
  #choices = Number.POSITIVE_INFINITY

  /** An answer has come; says whether the next one is certain. */
  answered(self: Process, { vouched, way }: HttpAnswer): boolean {
    if (this.#epoch !== self.epoch) this.#well.clear()
    this.#epoch = self.epoch
    this.#choices = way.choices
    if (vouched === true) this.#well.add(way.end)
    return this.areWell(self)
  }

  areWell(self: Process): boolean {
    return this.#epoch === self.epoch && this.#well.size >= this.#choices
  }
}
