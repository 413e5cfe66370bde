/** Workers that reach their master by its public address alone look well from outside; who looks into them is told. */
import { expect, onTestFinished, test } from 'vitest'
import { endpointGatewayName } from '#lab/ibm/endpoint-gateway.ts'
import { Lab } from '#lab/lab.ts'
import { diagnosed } from '../support/lab-cluster.ts'

test('a backup way to the master is a symptom of every worker, until the endpoint gateway is back', async () => {
  const lab = await Lab.boot({ seed: 'on backup', flavour: 'roks', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  const told = async (deep: boolean) => {
    const { diagnosis } = await diagnosed(lab, { deep })
    return {
      verdict: diagnosis.verdict,
      causes: diagnosis.causes.map(({ mode, confidence }) => `${mode.id} ${confidence}`),
      explained: diagnosis.causes.flatMap(({ explains }) =>
        explains.map(({ id, about }) => [id, about.kind === 'node' && about.name]),
      ),
    }
  }
  await lab.cloud(['is', 'endpoint-gateway-delete', endpointGatewayName, '-f'])
  await lab.advance(10 * minutes)
  expect(await told(false)).toEqual({ verdict: 'healthy', causes: [], explained: [] })
  expect(await told(true)).toEqual({
    verdict: 'broken',
    causes: ['endpoint-gateway-broken confirmed'],
    explained: lab.nodes.toSorted().map((node) => ['master-on-backup', node]),
  })
  await lab.cloud(['ks', 'cluster', 'master', 'refresh', '--cluster', 'shop'])
  await lab.advance(75 * minutes)
  expect(await told(true)).toEqual({ verdict: 'healthy', causes: [], explained: [] })
})

const minutes = 60_000
