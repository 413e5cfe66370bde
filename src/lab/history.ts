/**
 * What a lab has been through, as data. A lab is its seed and its inputs: run again, they lead to the same state, so a saved
 * lab, a restored one and a fork are the same thing.
 */
import type { StreamCall } from '#lab/api/http/entrance.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import type { SignalName } from '#lab/host/ports.ts'
import type { UnderlayRule } from '#lab/network/ports.ts'
import type { UnderlayChange } from '#lab/network/underlay-change.ts'
import type { PlanOptions } from '#lab/plan.ts'
import type { LabExec, LabRequest } from '#lab/request.ts'

/** One thing that came in from outside. */
export type LabInput =
  | { readonly act: 'exec'; readonly node: string; readonly argv: readonly string[]; readonly stdin: string }
  | {
      readonly act: 'open'
      readonly id: number
      readonly node: string
      readonly argv: readonly string[]
      readonly terminal: boolean
      readonly env: Readonly<Record<string, string>>
    }
  | { readonly act: 'type'; readonly id: number; readonly text: string }
  | { readonly act: 'end-input'; readonly id: number }
  | { readonly act: 'signal'; readonly id: number; readonly name: SignalName }
  | { readonly act: 'reboot'; readonly node: string; readonly powerCut: boolean }
  | { readonly act: 'request'; readonly request: LabRequest }
  | { readonly act: 'api'; readonly id: number; readonly asked: ApiRequest }
  | { readonly act: 'api-gone'; readonly id: number }
  | { readonly act: 'stream'; readonly id: number; readonly asked: ApiRequest }
  | { readonly act: 'stream-call'; readonly id: number; readonly call: StreamCall }
  | { readonly act: 'exec-in-pod'; readonly exec: LabExec }
  | { readonly act: 'add-rule'; readonly rule: UnderlayRule }
  | { readonly act: 'remove-rule'; readonly name: string }
  | { readonly act: 'underlay'; readonly change: UnderlayChange }
  /** A command line of the cloud provider's command. */
  | { readonly act: 'cloud'; readonly argv: readonly string[] }

/** A place in a lab's history: inputs come in between events, and at times when nothing happens. */
export interface LabMoment {
  readonly atMs: number
  /** Events that had run by then. */
  readonly ran: number
}

export type RecordedInput = LabMoment & { readonly input: LabInput }

export interface LabHistory {
  readonly options: PlanOptions & { readonly seed: string; readonly startMs: number }
  readonly inputs: readonly RecordedInput[]
  /** How far it had come, with the API server's revision, which tells whether a replay has come to the same. */
  readonly end: LabMoment & { readonly revision: number }
}
