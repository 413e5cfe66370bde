import { manner, outgoing, type Speaker } from '#lab/calico/bird/bgp/exchange.ts'
import type { Config, FilterConfig } from '#lab/calico/bird/config/model.ts'
import { filterSignature, runFilter } from '#lab/calico/bird/filter.ts'
import type { BgpAttributes, BirdRoute } from '#lab/calico/bird/route.ts'

/**
 * Sessions that tell their neighbours the same of every route: those of one configuration with one export filter and one way
 * of writing attributes. A route reflector with a thousand clients works out once what it says to all of them.
 */
export class ExportGroup {
  readonly #told = new WeakMap<BirdRoute, { readonly attributes: BgpAttributes | undefined }>()

  /** What the neighbours are told of a route; undefined where the filter keeps it. */
  outgoing(route: BirdRoute, speaker: Speaker, exports: FilterConfig): BgpAttributes | undefined {
    const known = this.#told.get(route)
    if (known) return known.attributes
    const passed = runFilter(speaker.daemon.config, exports, route)
    const attributes = passed && outgoing(passed, speaker)
    this.#told.set(route, { attributes })
    return attributes
  }
}

const groups = new WeakMap<Config, Map<string, ExportGroup>>()

export function exportGroup(speaker: Speaker, exports: FilterConfig): ExportGroup {
  const { config } = speaker.daemon
  const known = groups.get(config) ?? new Map<string, ExportGroup>()
  groups.set(config, known)
  const key = `${manner(speaker)} ${filterSignature(config, exports)}`
  const group = known.get(key) ?? new ExportGroup()
  known.set(key, group)
  return group
}
