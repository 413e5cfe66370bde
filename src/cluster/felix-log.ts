/** Parameters as Felix's own log says that it read them, from each place where they stand. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { MessageRow } from '#cluster/relations.ts'

export interface ParameterRead {
  readonly row: Fact<MessageRow>
  readonly value: string
  /** `environment variable`, `datastore (global)` …; cut where the log was. */
  readonly from: string
}

/**
 * Each reading of this parameter, the place that wins first.
 *
 * @param name as Felix spells it; letter case does not matter
 * @see projectcalico/calico:felix/config/config_params.go (SourcesInDescendingOrder, “Parsed value for …”)
 */
export const parametersRead = (view: Reads<'messages'>, name: string): readonly ParameterRead[] =>
  view
    .rows('messages')
    .flatMap((row) => {
      const { parameter, value, from = '' } = row.message.params
      const isRead = row.message.id === 'felix/parameter' && parameter?.toLowerCase() === name.toLowerCase()
      return isRead && value !== undefined ? [{ row, value, from }] : []
    })
    .toSorted((a, b) => rank(a) - rank(b))

const places = ['internal', 'disabled', 'environment', 'config file', 'datastore (per-host', 'datastore']

const rank = ({ from }: ParameterRead): number => {
  const at = places.findIndex((place) => from.startsWith(place))
  return at < 0 ? places.length : at
}
