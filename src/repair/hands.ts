import { failed, type Result } from '#base/result.ts'
import type { Act, HandName } from '#repair/types.ts'

/** An expected way in which a hand fails. */
export interface HandTrouble {
  /** `no-hand`: nobody here can do this kind of act. `gone`: what it acts on changed since we looked. */
  readonly kind: 'no-hand' | 'forbidden' | 'gone' | 'timed-out' | 'unreachable' | 'failed' | 'refused'
  readonly says: string
}

export interface HandOptions {
  readonly signal?: AbortSignal
}

/** What carries out acts. Every act is safe to repeat: doing it twice is doing it once. */
export interface Hand {
  /** The kinds of act it can do. */
  readonly acts: readonly HandName[]
  /** Answers what was done, in a few words, e.g. the command's own output. */
  carryOut(act: Act, o?: HandOptions): Promise<Result<string, HandTrouble>>
  /** Shows that the act would be accepted, without doing it. Where it is absent, nobody can tell. */
  rehearse?(act: Act, o?: HandOptions): Promise<Result<string, HandTrouble>>
}

/** All hands as one: the first that can do an act does it. */
export function handsOf(hands: readonly Hand[]): Hand {
  const handFor = (act: Act): Hand | undefined => hands.find(({ acts }) => acts.includes(act.hand))
  return {
    acts: hands.flatMap(({ acts }) => acts),
    carryOut: async (act, o) => (await handFor(act)?.carryOut(act, o)) ?? failed(noHand(act)),
    rehearse: async (act, o) => {
      const hand = handFor(act)
      if (hand === undefined) return failed(noHand(act))
      return (await hand.rehearse?.(act, o)) ?? { ok: true, value: 'not rehearsed' }
    },
  }
}

const noHand = ({ hand }: Act): HandTrouble => ({
  kind: 'no-hand',
  says: `nothing here can carry out a step of the kind "${hand}"`,
})
