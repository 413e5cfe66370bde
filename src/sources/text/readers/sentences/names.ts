/** What people say of the names of one machine: that Calico and Kubernetes, or yesterday and today, know it by two. */
import { isOtherNameOf } from '#cluster/node-names.ts'
import { looksLikeNodeName } from '#sources/text/prompt.ts'
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Whether a sentence sets a short name of a machine against its full one. */
export function namesSaid(words: readonly string[]): boolean {
  const phrases = phrasesOf(words)
  const has = (group: ReadonlySet<string>): boolean => group.values().some((phrase) => phrases.has(phrase))
  if (has(agreeing)) return false
  if (has(fullForms) && has(shortForms)) return true
  return has(naming) && has(differing) && hasBothNames(words)
}

function hasBothNames(words: readonly string[]): boolean {
  const names = words.filter((word) => looksLikeNodeName(word) && !fileEnding.test(word)).slice(0, namesMax)
  return names.some((one) => names.some((other) => isOtherNameOf(one, other)))
}

const namesMax = 20
const fileEnding = /\.(?:ya?ml|json|conf(?:list)?|cfg|log|txt|go|sh|service|tar|gz)$/

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const fullForms = set(
  'fqdn|fqdns|fully qualified|fully-qualified|full name|full names|full hostname|full hostnames|full domain|domain name|long name|long hostname|long names',
)
const shortForms = set(
  'short name|short names|short hostname|short hostnames|shortname|short-name|short form|short|pure hostname|plain hostname|bare hostname|hostname -s|without domain',
)
const naming = set('name|names|hostname|hostnames|nodename|fqdn|registered|called|named|entry|entries|node')
const differing = set(
  'changed|changes|changing|became|becomes|renamed|instead|registered|stored|mismatch|differs|differ|different|other|clash|clashing|conflict|conflicts|old|previous|previously|before|duplicate|twice|versus|vs|not match|but',
)
const agreeing = set('same as|equal to|match each|agree|matches')
