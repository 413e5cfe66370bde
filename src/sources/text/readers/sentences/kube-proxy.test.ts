import { expect, test } from 'vitest'
import { isProxySaidToRun } from '#sources/text/readers/sentences/kube-proxy.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

test.each<[string, boolean]>([
  ['kube-proxy still runs on all nodes.', true],
  ['The kube-proxy DaemonSet is deployed.', true],
  ['kube-proxy is not running.', false],
  ['We have no kube-proxy, Calico runs with eBPF.', false],
  ['kube-proxy was removed, and calico-node runs.', false],
  ['kube-proxy logs an error.', false],
])('%s', (sentence, expected) => {
  expect(isProxySaidToRun(wordsOf(sentence))).toBe(expected)
})
