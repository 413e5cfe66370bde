import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backstage } from '#app/backstage.ts'
import { trafficOf } from '#drill/measure/traffic.ts'
import { HandsOn } from '#drill/play/hands-on.ts'
import type { Journal } from '#drill/play/journal.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'
import { readSteps } from '#drill/scenario/steps.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'

const behind = backstage({ modes }, faults)

function small(): Scenario {
  const read = readScenario(
    scaffoldOf({ id: 'small' })
      .replace('nodes: 5', 'nodes: 3')
      .replace('node: k8s-worker-03', 'node: k8s-worker-01')
      .replace('pagedAfter: 8m', 'pagedAfter: 2m')
      .replace('ask: $ kubectl -n kube-system get pods -o wide', 'ask: k8s-worker-01# ls -ld /run/calico'),
  )
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join('\n'))
  return read.value
}

const steps = (text: string) => {
  const read = readSteps(text, 1)
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join('\n'))
  return read.value
}

describe('a game in free hands', () => {
  let play: HandsOn
  let journal: Journal
  let again: HandsOn
  beforeAll(async () => {
    play = await HandsOn.begin(small(), behind)
    await play.type(steps('$ kubectl get pods -A'))
    await play.hint()
    play.watch()
    // As `ninelives lab exec` and a kubectl elsewhere come in.
    await play.stage.lab.run('k8s-worker-01', ['bash', '-c', '"$@"', 'bash', 'stat', '/run/calico'])
    play.stage.lab.entrance.request(
      {
        method: 'GET',
        url: '/api/v1/nodes?limit=500',
        headers: { host: '127.0.0.1:6443', 'kubectl-command': 'kubectl get' },
        body: '',
      },
      {
        send: () => {},
        stream: () => ({ write: () => {}, end: () => {}, breakOff: () => {} }),
        onClose: () => {},
        cutOff: () => {},
      },
    )
    await play.stage.advance(1000)
    await play.type(steps('wait 1m'))
    // As a file would carry it.
    journal = JSON.parse(JSON.stringify(play.journal)) as Journal
    again = await HandsOn.again(small(), behind, journal)
    await again.close()
  }, 60_000)
  afterAll(async () => void (await Promise.all([play.shutdown(), again.shutdown()])))

  test('knows what was typed here and what came from elsewhere, each once', () => {
    expect(play.acts.map(({ line, by }) => (by === undefined ? line : `${by}: ${line}`))).toEqual([
      '$ kubectl get pods -A',
      'k8s-worker-01# stat /run/calico',
      'kubectl get: GET /api/v1/nodes?limit=500',
      'wait 1m',
    ])
  })

  test('is the same again from its journal: lab, acts, hints and customers', async () => {
    const lives = await Promise.all(
      [play, again].map(async ({ stage, hints, acts }) => ({
        hints,
        acts,
        nowMs: stage.lab.nowMs,
        traffic: await trafficOf(stage.lab, stage.struckAtMs),
      })),
    )
    expect(lives[1]).toEqual(lives[0])
  })

  test('counts a look from elsewhere as a look, and has what would have been beside it', () => {
    expect(again.evidence.states[0]?.is).toMatchObject({ state: 'seen' })
    expect(again.verified).toBe(true)
    expect(again.alone?.lab.nowMs).toBe(again.stage.lab.nowMs)
  })
})
