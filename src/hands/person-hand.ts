import { failed, ok } from '#base/result.ts'
import type { Hand } from '#repair/hands.ts'
import type { Act, HandName } from '#repair/types.ts'

/** Tells a person what to do and hears whether they did it. */
export type AskPerson = (
  request: { readonly says: string; readonly command: string | undefined },
  o?: { readonly signal?: AbortSignal },
) => Promise<'done' | 'not-done'>

/**
 * A person carries the act out: for acts that only people can do, and for every act that no other hand can
 * (put it last). `commandOf` gives the command they would type.
 */
export function personHand(ask: AskPerson, commandOf: (act: Act) => string): Hand {
  return {
    acts: [
      'person',
      'node-shell',
      'write-file',
      'remove-file',
      'delete-pod',
      'cordon',
      'uncordon',
      'patch',
    ] satisfies HandName[],
    async carryOut(act, o) {
      const request =
        act.hand === 'person'
          ? { says: act.says, command: undefined }
          : { says: 'please run this command', command: commandOf(act) }
      const answer = await ask(request, o)
      return answer === 'done'
        ? ok('done by hand')
        : failed({ kind: 'refused', says: 'it was not done by hand' })
    },
  }
}
