import type { GuardAnswer } from '#repair/guards.ts'
import type { StepEnd } from '#repair/journal.ts'
import type { Plan, Step } from '#repair/types.ts'
import type { Claim } from '#repair/verify.ts'

export type RepairOutcome = 'mended' | 'refused' | 'failed' | 'undone'

/** What happens while a plan is carried out, as it happens. */
export type RepairEvent =
  | { readonly kind: 'planned'; readonly plan: Plan; readonly resumed: boolean }
  | { readonly kind: 'guard'; readonly answer: GuardAnswer }
  | { readonly kind: 'step-begins'; readonly step: Step; readonly number: number; readonly of: number }
  | { readonly kind: 'step-waits'; readonly step: Step; readonly says: string }
  | { readonly kind: 'step-ended'; readonly step: Step; readonly how: StepEnd; readonly says: string }
  /** One look of the verification; `of` is the most there will be. */
  | {
      readonly kind: 'looked'
      readonly round: number
      readonly of: number
      readonly claims: readonly Claim[]
    }
  | {
      readonly kind: 'finished'
      readonly outcome: RepairOutcome
      readonly says: string
      readonly claims: readonly Claim[]
    }
