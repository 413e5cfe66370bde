/** `IP forwarding is off on the hosts`, `/etc/hosts lacks localhost`: states of a machine told in words, as settings. */
import type { SettingRow } from '#cluster/relations/settings.ts'
import { looksLikeNodeName } from '#sources/text/prompt.ts'
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** What the words of one sentence say of a machine's switches and files. */
export const switchesSaid = (words: readonly string[]): readonly SettingRow[] => [
  ...forwardingSaid(words),
  ...localhostSaid(words),
]

function forwardingSaid(words: readonly string[]): readonly SettingRow[] {
  const at = words.findIndex(
    (word, index) => sysctls.has(word) || (word === 'forwarding' && subjects.has(words[index - 1] ?? '')),
  )
  if (at === -1) return []
  const before = words.slice(Math.max(0, at - 3), at)
  const behind = words.slice(at + 1, at + 7)
  const isOff =
    before.some((word) => lacking.has(word)) ||
    behind[0] === '0' ||
    (behind.some((word) => linking.has(word)) && behind.some((word) => off.has(word)))
  if (!isOff || words.some((word) => acting.has(word))) return []
  const place = placeIn(words.slice(at + 1))
  return [
    {
      of: 'sysctl',
      name: 'net.ipv4.ip_forward',
      value: '0',
      in: place === 'pod' ? 'pod/told' : 'told',
    },
  ]
}

/** `in the pod`, `on worker-2`: the first place that the words behind name. */
const placeIn = (words: readonly string[]): 'pod' | 'node' | undefined => {
  const found = words.find(
    (word, at) =>
      prepositions.has(words[at - 1] ?? '') && (word === 'pod' || word === 'node' || looksLikeNodeName(word)),
  )
  return found === undefined ? undefined : found === 'pod' ? 'pod' : 'node'
}

const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const prepositions = set('in on inside within of for')
const sysctls = set('ip_forward net.ipv4.ip_forward net/ipv4/ip_forward ip-forwarding ipforwarding')
const subjects = set('ip ipv4 packet kernel')
const linking = set('is was are were = : set to')
const off = set('off 0 disabled not deactivated false')
const lacking = set('without no disabled disables missing')
/** Who did something to it tells of an attempt. */
const acting = set('enabling enable turning switching to-enable echo')

function localhostSaid(words: readonly string[]): readonly SettingRow[] {
  if (!words.includes('/etc/hosts') || !words.some((word) => word === 'localhost' || word === '127.0.0.1'))
    return []
  const phrases = phrasesOf(words)
  return missing.values().some((word) => phrases.has(word))
    ? [{ of: 'hosts', in: '/etc/hosts', name: 'localhost', value: '' }]
    : []
}

const missing = set('no without missing lacks lacked lacking absent empty removed deleted')
