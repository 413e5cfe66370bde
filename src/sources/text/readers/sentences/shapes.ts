/** What people say of the shape of a trouble: when it comes and goes, whom it hits, what it is not. */
import type { RemarkSays } from '#cluster/relations/remarks.ts'
import { stateOf } from '#sources/text/readers/sentences/clauses.ts'
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Everything that the words of one sentence say of it. */
export function shapesSaid(words: readonly string[]): readonly RemarkSays[] {
  const phrases = phrasesOf(words)
  const found = shapes.flatMap(([says, groups]) =>
    groups.every((group) => hasOneOf(phrases, group)) ? [says] : [],
  )
  return isOneAddress(words, phrases) ? [...found, 'one-address-only'] : found
}

/** Each group must be named by one of its words or phrases. */
type Shape = readonly [RemarkSays, readonly ReadonlySet<string>[]]

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const shapes: readonly Shape[] = [
  [
    'heals-by-itself',
    [
      set(
        'recovers|recover|recovered|heals|heal|healed|come back|comes back|came back|goes away|go away|went away|resolves|resolved|disappears|works again|clears|cleared|fixes',
      ),
      set(
        'itself|themselves|by itself|without intervention|without action|after while|after minutes|after few minutes|after minute|some minutes',
      ),
    ],
  ],
  [
    'routes-come-and-go',
    [
      set('route'),
      set(
        'come and go|comes and goes|vanish|vanishes|vanished|disappear|disappears|disappearing|disappeared|flap|flaps|flapping|reappear|reappears|lost again|removed again|withdrawn|gets removed|get removed|gets deleted|get deleted|being removed|being deleted|keeps getting removed|removed again',
      ),
    ],
  ],
  [
    'pods-restart-with-clean-logs',
    [
      set(
        'restart|restarts|restarting|restarted|crash|crashes|crashing|crashloopbackoff|crashlooping|killed|dies|die',
      ),
      set('log'),
      set(
        'clean|nothing|normal|no error|no errors|without error|without errors|without oddities|no hint|no hints|no problem|fine|silent|empty|unremarkable|ok',
      ),
    ],
  ],
  [
    'high-load',
    [
      set('cpu|load|load average|iowait|disk io|iops|memory usage'),
      set(
        'high|100%|saturated|saturation|overloaded|exhausted|busy|pegged|spike|spikes|spiking|throttled|throttling|starved|heavy|maxed|full|under load|under heavy',
      ),
    ],
  ],
  [
    'zone-in-common',
    [
      set('same zone|zone in same|in zone|of zone|availability zone|one zone'),
      set('node|pod'),
      set('broken|affected|fail|fails|failing|failed|sick|bad|unready|notready|down|hit'),
    ],
  ],
]

const hasOneOf = (phrases: ReadonlySet<string>, group: ReadonlySet<string>): boolean =>
  group.values().some((phrase) => phrases.has(phrase))

/** `only wlan0 has an IPv4 address`, `no other interface has an address`. */
function isOneAddress(words: readonly string[], phrases: ReadonlySet<string>): boolean {
  if (!phrases.has('only') && !phrases.has('no other')) return false
  const isOfDevice = words.some((word) => word === 'interface' || device.test(word))
  const isOfAddress = words.some((word) => word === 'address' || word === 'ip' || word === 'ipv4')
  return isOfDevice && isOfAddress && hasOneOf(phrases, having) && stateOf(words) === undefined
}

/** The network card that a sentence names. */
export const deviceIn = (words: readonly string[]): string | undefined =>
  words.find((word) => device.test(word))

const having = set('has|have|with|carries|got|had')
const device =
  /^(?:eth|eno|ens|enp|enx|em|wl|bond|br|ib|team|vlan|ibmveth|venet)[a-z0-9]{0,12}(?:\.\d{1,4})?$/
