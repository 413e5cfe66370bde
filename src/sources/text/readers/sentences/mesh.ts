import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Whether a sentence says that the node-to-node mesh is on or off; undefined where it says neither, or both. */
export function meshSaid(words: readonly string[]): boolean | undefined {
  const phrases = phrasesOf(words)
  const has = (group: readonly string[]): boolean => group.some((phrase) => phrases.has(phrase))
  if (!has(mesh) || words.includes('not')) return undefined
  const [isOn, isOff] = [has(on), has(off)]
  return isOn === isOff ? undefined : isOn
}

const mesh = [
  'node-to-node mesh',
  'node mesh',
  'nodetonodemesh',
  'nodetonodemeshenabled',
  'full mesh',
  'bgp mesh',
]
const on = ['mesh is on', 'mesh on', 'mesh is enabled', 'mesh enabled', 'enabled', 'switched on', 'turned on']
const off = [
  'mesh is off',
  'mesh off',
  'mesh is disabled',
  'mesh disabled',
  'disabled',
  'switched off',
  'turned off',
]
