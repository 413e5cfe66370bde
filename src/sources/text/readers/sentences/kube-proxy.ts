/** `kube-proxy still runs on all nodes`: that kube-proxy is there, as people tell it. That it is not well is hearsay of its own. */

/** Whether the words of one sentence say that kube-proxy runs. */
export function isProxySaidToRun(words: readonly string[]): boolean {
  const at = words.indexOf('kube-proxy')
  if (at === -1 || denials.has(words[at - 1] ?? '')) return false
  const end = words.findIndex((word, index) => index > at && parting.has(word))
  const behind = words.slice(at + 1, end === -1 ? at + reach : Math.min(end, at + reach))
  return behind.some((word) => running.has(word)) && !behind.some((word) => denials.has(word))
}

const reach = 8
const set = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const parting = set(', ; ( ) – — but while so and')
const running = set('runs running active enabled deployed')
const denials = set('not no without nowhere crashes crashing failing')
