/** What rests in a lab of IBM Cloud: probes of Konnectivity's agents, pings of Typha, signs of life by way of the workers' proxies. */
import { afterAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'
import { type Told, told } from './told.ts'

const options = { seed: 'f', flavour: 'iks-vpc', nodes: 3 } as const
const lazy = await Lab.boot(options)
const eager = await Lab.boot({ ...options, lazy: false })
const [first = '', , third = ''] = lazy.nodes

afterAll(() => Promise.all([lazy.shutdown(), eager.shutdown()]))

test('most of what happens in an idle lab rests', async () => {
  const events = async (lab: Lab): Promise<number> => {
    const before = lab.kernel.ran
    await lab.advance(600_000)
    return lab.kernel.ran - before
  }
  expect(await events(lazy)).toBeLessThan((await events(eager)) / 10)
})

/** What is answered before it would have been sent by way of a proxy has that way behind it: what follows comes some ms earlier. */
const toTheSecond = (lab: Lab): Told => {
  const { leases, ...others } = told(lab)
  return { ...others, leases: leases.map((lease) => lease.replace(/\.\d{6}Z/, 'Z')) }
}

/** Each at the place that its name says. */
const strikes: readonly (readonly [name: string, strike: (lab: Lab) => Promise<unknown>])[] = [
  ['Konnectivity’s server is gone', (lab) => lab.exec('master', konnectivity('stop'))],
  ['and is back', (lab) => lab.exec('master', konnectivity('start'))],
  ['a worker’s proxy is killed', (lab) => lab.exec(first, 'pkill -9 haproxy')],
  [
    'a worker’s way to its master is closed',
    (lab) => lab.addUnderlayRule({ name: 'master', source: `${third}/32`, protocol: 'tcp', action: 'drop' }),
  ],
  ['and open again', (lab) => lab.removeUnderlayRule('master')],
  [
    'the port of Typha is closed',
    (lab) => lab.addUnderlayRule({ name: 'typha', protocol: 'tcp', port: 5473, action: 'drop' }),
  ],
  ['and open again', (lab) => lab.removeUnderlayRule('typha')],
  [
    'the endpoint gateway is out of reach',
    (lab) =>
      lab.addUnderlayRule({
        name: 'endpoint',
        destination: '10.240.0.0/16',
        port: 30_526,
        protocol: 'tcp',
        action: 'drop',
      }),
  ],
  [
    'workers may go to the internet, where their master is, too',
    (lab) => lab.cloud(['ks', 'vpc', 'outbound-traffic-protection', 'disable', '-c', 'shop']),
  ],
  ['the endpoint gateway is back', (lab) => lab.removeUnderlayRule('endpoint')],
  [
    'a worker’s clock is put forward',
    (lab) => lab.exec(first, 'systemctl stop systemd-timesyncd; date -s "+1 hour"'),
  ],
  // With a clock that is wrong it is not known to the second when a lease was renewed (controllers/node-beats.ts).
  ['and right again', (lab) => lab.exec(first, 'date -s "-1 hour"')],
  [
    'a policy refuses every lease, and nothing else moves',
    (lab) => Promise.all([policy, binding].map(({ type, body }) => lab.kube.create(type, body))),
  ],
  [
    'and is taken back',
    (lab) =>
      Promise.all(
        [policy, binding].map(({ type, body }) => lab.kube.delete({ type, name: body.metadata.name })),
      ),
  ],
  ['a worker loses its power', (lab) => lab.reboot(third, { powerCut: true })],
]

const admission = { group: 'admissionregistration.k8s.io', version: 'v1' }
const policy = {
  type: { ...admission, resource: 'validatingadmissionpolicies' },
  body: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-leases' },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['coordination.k8s.io'],
            apiVersions: ['v1'],
            operations: ['UPDATE'],
            resources: ['leases'],
          },
        ],
      },
      validations: [{ expression: 'false' }],
    },
  },
}
const binding = {
  type: { ...admission, resource: 'validatingadmissionpolicybindings' },
  body: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-leases' },
    spec: { policyName: 'no-leases', validationActions: ['Deny'] },
  },
}

const konnectivity = (how: 'start' | 'stop'): string => `systemctl ${how} konnectivity-server`

describe('what rests tells of everything at the moment at which the rest does', () => {
  test.each(strikes)('%s', async (_, strike) => {
    for (const minutes of [0, 1, 1, 4]) {
      if (minutes === 0) await Promise.all([strike(lazy), strike(eager)])
      else for (const lab of [lazy, eager]) await lab.advance(minutes * 60_000)
      expect(toTheSecond(lazy)).toEqual(toTheSecond(eager))
    }
  })
})
