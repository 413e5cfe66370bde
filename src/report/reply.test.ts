import { expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode as kubeletLostContact } from '#failures/kubelet-lost-contact/index.ts'
import { mode as runtimeDirPermissions } from '#failures/runtime-dir-permissions/index.ts'
import { calicoNode, node } from '#failures/testing/example-cluster.ts'
import { renderReply } from '#report/reply.ts'

const replyTo = (table: Table, client?: 'oc'): string =>
  renderReply({
    diagnosis: diagnose({ ...factsOf(table, { unread: 'not-in-text' }), isComplaint: true }, [
      kubeletLostContact,
      runtimeDirPermissions,
    ]),
    source: { kind: 'text', says: 'a paste', ...(client === undefined ? {} : { client }) },
    plans: [],
  })

const silent = node('w2', {
  conditions: [
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    },
  ],
})
const notReady: Table = { pods: [calicoNode('w1', { ready: false })] }

test('a cause is told with its proof, its owner and where to read on', () => {
  const reply = replyTo({ nodes: [silent] })
  expect(reply).toContain(
    'Most likely this is **kubelet and the control plane have lost each other** (node/w2)',
  )
  expect(reply).toContain('    Ready Unknown NodeStatusUnknown Kubelet stopped posting node status.')
  expect(reply).toContain('ninelives explain kubelet-lost-contact')
})

test('without a cause it says so, and what it sees', () => {
  expect(replyTo(notReady)).toMatch(
    /^What you posted does not decide it yet\. It shows that calico-node is not ready\./,
  )
})

test('it asks for at most three things, each with its reason, and only reads', () => {
  const block = /```\n(?<commands>[\s\S]*)\n```/.exec(replyTo(notReady))?.groups?.commands ?? ''
  const commands = block.split('\n').filter((line) => !line.startsWith('# '))
  expect(commands.length).toBeGreaterThan(0)
  expect(commands.length).toBeLessThanOrEqual(3)
  expect(block.split('\n')).toHaveLength(2 * commands.length)
  expect(
    commands.filter((command) => /\b(?:delete|apply|patch|edit|cordon|drain|rm|reboot)\b/.test(command)),
  ).toEqual([])
})

test('for OpenShift the same is typed with oc', () => {
  const reply = replyTo(notReady, 'oc')
  expect(reply).toMatch(/^oc (?:logs|describe|get) /m)
  expect(reply).not.toContain('kubectl ')
})
