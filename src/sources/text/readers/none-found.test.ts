import { describe, expect, test } from 'vitest'
import { readText } from '#sources/text/index.ts'

const factsOf = (text: string) => readText([{ name: 'paste', text }], { nowMs: Date.UTC(2030, 0, 1) }).facts
const none = (text: string) =>
  factsOf(text)
    .rows('messages')
    .map(({ message }) => message.params)

describe('empty lists', () => {
  test('a list of everything is complete', () => {
    const facts = factsOf('$ kubectl get daemonsets -A\nNo resources found\n')
    expect(facts.coverage('daemonSets').kind).toBe('complete')
    expect(facts.rows('daemonSets')).toEqual([])
  })

  test.each<[string, string, readonly object[]]>([
    [
      'by labels, everywhere',
      '$ kubectl get ds -A -l k8s-app=net\nNo resources found',
      [{ resource: 'ds', selector: 'k8s-app=net' }],
    ],
    [
      'in one namespace',
      '$ kubectl -n shop get pods --selector=app=web\nNo resources found in shop namespace.',
      [{ resource: 'pods', selector: 'app=web', namespace: 'shop' }],
    ],
    ['without its command', 'No resources found in shop namespace.', [{ namespace: 'shop' }]],
  ])('%s', (_, text, expected) => {
    expect(none(text)).toEqual(expected)
  })

  test('near miss: a part says nothing about the whole', () => {
    const text = '$ kubectl get ds -A -l k8s-app=net\nNo resources found'
    expect(factsOf(text).coverage('daemonSets').kind).toBe('missing')
  })
})
