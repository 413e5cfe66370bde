import type { Message } from '#cluster/messages.ts'
import type { ApiTrouble, CallOptions, ClusterApi, NodeShell, ProviderShell } from '#sources/live/api.ts'
import type { Commands } from '#sources/live/commands.ts'

/** What every stage of a reading holds. */
export interface LiveContext {
  readonly api: ClusterApi
  readonly shell: NodeShell | undefined
  readonly provider: ProviderShell | undefined
  readonly commands: Commands
  /** All messages of the catalogue that a text holds, most specific first. */
  readonly recognise: (text: string) => readonly Message[]
  readonly call: CallOptions
  /** Told of each list that could not be read, so that "nothing at all" can be told from "not all". */
  readonly troubles: ApiTrouble[]
}
