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
      unexplained: diagnosis.unexplained.map(({ id, about }) => [id, about.kind === 'node' && about.name]),
    }
  }
  await lab.cloud(['is', 'endpoint-gateway-delete', endpointGatewayName, '-f'])
  await lab.advance(10 * minutes)
  expect(await told(false)).toEqual({ verdict: 'healthy', unexplained: [] })
  expect(await told(true)).toEqual({
    verdict: 'undecided',
    unexplained: lab.nodes.toSorted().map((node) => ['master-on-backup', node]),
  })
  await lab.cloud(['ks', 'cluster', 'master', 'refresh', '--cluster', 'shop'])
  await lab.advance(75 * minutes)
  expect(await told(true)).toEqual({ verdict: 'healthy', unexplained: [] })
})

const minutes = 60_000
