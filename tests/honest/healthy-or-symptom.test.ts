import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Flavour, flavours } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'
import { whatIsMissing } from '#lab/readiness.ts'
import { Engineer } from '../support/engineer.ts'
import { diagnosed } from '../support/lab-cluster.ts'

/** What Calico, kubelet and containerd use on a host. What is not there on a flavour is left out. */
const paths = [
  '/run',
  '/run/calico',
  '/run/calico/bird.ctl',
  '/run/containerd',
  '/run/nodeagent',
  '/run/xtables.lock',
  '/var/lib',
  '/var/lib/calico',
  '/var/lib/calico/nodename',
  '/var/lib/kubelet',
  '/var/lib/kubelet/pki',
  '/var/log/calico',
  '/var/log/calico/cni',
  '/etc/cni/net.d',
  '/etc/cni/net.d/10-calico.conflist',
  '/etc/cni/net.d/calico-kubeconfig',
  '/etc/kubernetes',
  '/etc/kubernetes/kubelet.conf',
  '/etc/tmpfiles.d',
  '/etc/tmpfiles.d/calico.conf',
  '/opt/cni/bin',
  '/opt/cni/bin/calico',
  '/lib/modules',
] as const
const modes = ['0', '600', '644', '700', '750', '755', '1777'] as const
const owners = ['0:0', '10001:0', '10001:10001', '65534:65534', '0:10001'] as const

/** Half of the changes hit what calico-node's own user needs. */
const path = fc.oneof(
  fc.constantFrom(...paths),
  fc.constantFrom('/run/calico', '/var/lib/calico', '/var/log/calico'),
)
const change = fc.oneof(
  fc.record({ path, verb: fc.constant('chmod'), to: fc.constantFrom(...modes) }),
  fc.record({ path, verb: fc.constant('chown'), to: fc.constantFrom(...owners) }),
)

/** What may make a change bite. */
const triggers = {
  nothing: async () => {},
  'new calico-node': async (engineer: Engineer, node: string) =>
    engineer.deletePod(engineer.calicoNamespace, await engineer.calicoNode(node)),
  'kubelet restarted': async (engineer: Engineer, node: string) => {
    await engineer.sh(node, 'systemctl restart kubelet')
  },
  'BIRD killed': async (engineer: Engineer, node: string) => {
    await engineer.sh(node, 'pkill -9 -x bird')
  },
  rebooted: (engineer: Engineer, node: string) => engineer.reboot(node),
} satisfies Record<string, (engineer: Engineer, node: string) => Promise<void>>

const history = fc.record({
  // Where modes matter, and any: half and half, however many flavours there will be.
  flavour: fc.oneof(fc.constant<Flavour>('hardened'), fc.constantFrom<Flavour>(...flavours)),
  node: fc.constantFrom(0, 1, 3), // flavours name their machines differently; the first may be the control plane
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  trigger: fc.constantFrom(...(Object.keys(triggers) as (keyof typeof triggers)[])),
  deep: fc.boolean(),
})

test('whatever modes and owners a host has: the lab goes on, and nothing broken is called healthy', async () => {
  const outcomes = { broken: 0, well: 0 }
  await fc.assert(
    fc.asyncProperty(history, async ({ flavour, node: index, changes, trigger, deep }) => {
      const lab = await Lab.boot({ seed: 'modes', flavour, nodes: 4 })
      const engineer = new Engineer(lab)
      const node = lab.nodes[index] ?? ''
      for (const { path, verb, to } of changes)
        await engineer.shown(node, `[ ! -e ${path} ] || ${verb} ${to} ${path}`)
      await triggers[trigger](engineer, node)
      await lab.advance(400_000)

      const before = whatIsMissing(lab)
      const { diagnosis } = await diagnosed(lab, { deep })
      const after = whatIsMissing(lab)
      const lasting = before.filter((each) => after.includes(each))
      if (lasting.length > 0) {
        outcomes.broken++
        expect(diagnosis.verdict, lasting.join('; ')).not.toBe('healthy')
      } else if (before.length + after.length === 0) outcomes.well++
      if (diagnosis.symptoms.some(({ when }) => when === 'now')) expect(diagnosis.verdict).not.toBe('healthy')
      await lab.shutdown()
    }),
    { seed: 20260107, numRuns: 30, endOnFailure: true },
  )
  // Histories that break nothing, or all of them, would prove little.
  expect(outcomes.broken, 'histories that broke something').toBeGreaterThan(3)
  expect(outcomes.well, 'histories that broke nothing').toBeGreaterThan(3)
}, 180_000)
