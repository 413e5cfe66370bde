import { expect, test } from 'vitest'
import { readSteps } from '#drill/scenario/steps.ts'
import type { Look, Step } from '#drill/scenario/types.ts'
import { Names } from '#drill/stage/names.ts'

const step = (text: string): Step => {
  const read = readSteps(text, 1)
  if (!read.ok || read.value[0] === undefined) throw new Error(`no step: ${text}`)
  return read.value[0]
}

/** Names whose commands answer with what `answers` has for them; `asked` collects the commands. */
function namesOf(names: Readonly<Record<string, string>>, answers: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const ask = async ({ command }: Look) => {
    asked.push(command)
    return { output: answers[command] ?? '', code: 0 }
  }
  const steps = Object.fromEntries(Object.entries(names).map(([name, text]) => [name, step(text)]))
  const strike = { mode: 'oom-killed', node: 'k8s-worker-03' }
  return { asked, names: new Names({ names: steps, strike }, ask) }
}

test('a name in a line, its command and its filter is asked once', async () => {
  const { names, asked } = namesOf({ pod: '$ kubectl get pod -o name' }, { 'get pod -o name': 'pod/a\n' })
  expect(await names.fillStep(step('$ kubectl delete {pod} | grep {pod}'))).toMatchObject({
    text: '$ kubectl delete pod/a | grep pod/a',
    command: 'delete pod/a',
    filter: 'grep pod/a',
  })
  expect(asked).toEqual(['get pod -o name'])
})

test('in a pattern a name means its very characters', async () => {
  const { names } = namesOf({ ip: '$ kubectl get ip' }, { 'get ip': '10.0.0.1' })
  expect(await names.fillStep(step('expect /via {ip}/ in {node}# ip route'))).toMatchObject({
    expects: { pattern: 'via 10\\.0\\.0\\.1', look: { nodes: ['k8s-worker-03'], command: 'ip route' } },
  })
})

test('a name may need another, and one that nothing answers to says so', async () => {
  const { names, asked } = namesOf(
    { pod: '$ kubectl get pods --field-selector spec.nodeName={node}', log: '$ kubectl logs {pod}' },
    {},
  )
  expect(await names.fill('{log} of {node}, {.items[0]} and {unknown}')).toBe(
    'no-log of k8s-worker-03, {.items[0]} and {unknown}',
  )
  expect(asked).toEqual(['get pods --field-selector spec.nodeName=k8s-worker-03', 'logs no-pod'])
})

test('a name that asks for itself is a mistake of the scenario', async () => {
  const { names } = namesOf({ a: '$ kubectl get {b}', b: '$ kubectl get {a}' }, {})
  await expect(names.fill('{a}')).rejects.toThrow('names.a asks for itself')
})
