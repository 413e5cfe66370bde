import { type Clock, wallClock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'

/** A clock on which somebody thinks: `pace` times as fast as the wall's, 0 for one that stands. */
export const paced = (pace: number): Pick<Clock, 'monotonic' | 'sleep'> => ({
  monotonic: () => wallClock.monotonic() * pace,
  sleep: (ms, o) => wallClock.sleep(ms, o),
})

/** `--pace`: a number from 0 to 100. */
export function paceOf(text: string): number {
  const pace = Number(text)
  if (text.trim() !== '' && pace >= 0 && pace <= 100) return pace
  throw new Trouble('bad-pace', `--pace: "${text}" is no number from 0 to 100`, {
    hint: '1: as fast as the wall clock; 2: twice as fast; 0: the clock stands while you think',
  })
}
