import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { authority, issued, pemOf } from '#lab/network/tls.ts'
import { deletePods, restartCalicoNode } from '#lab/owner-acts.ts'

const operator = { type: resources.deployments, namespace: 'tigera-operator', name: 'tigera-operator' }
const namespace = 'calico-system'
const dayMs = 86_400_000

/**
 * Somebody exchanges one end's certificate by hand, while the operator is put to rest: it is signed by an authority that is not in
 * the bundle. Whoever connects anew is refused.
 */
export const fault: Fault = {
  flavours: ['operator'],
  variants: {
    server: 'Typha starts with a certificate that its clients do not trust',
    client: 'calico-node starts with a certificate that Typha does not trust',
  },
  change: async (lab, { variant }) => {
    await scale(lab, 0)
    await lab.advance(3 * 60_000)
    await lab.kube.patch(
      { type: resources.secrets, namespace, name: secretOf(variant) },
      { type: 'merge', body: { data: await ownCertificate(lab, variant) } },
    )
  },
  trigger: async (lab, { node, variant }) => {
    if (variant === 'server') await restartTyphas(lab)
    await restartCalicoNode(lab, node)
  },
  // Felix and confd try again all the time: what is to be seen is there after three minutes.
  settleMs: () => 5 * 60_000,
  undo: async (lab, { node, variant }) => {
    await lab.kube.delete({ type: resources.secrets, namespace, name: secretOf(variant) })
    await scale(lab, 1) // it makes the secret anew from its own
    await lab.advance(60_000)
    if (variant === 'server') await restartTyphas(lab)
    else await restartCalicoNode(lab, node)
  },
  subjects: () => [clusterSubject],
}

const secretOf = (variant: string): string => (variant === 'server' ? 'typha-certs' : 'node-certs')

async function restartTyphas(lab: LabControl): Promise<void> {
  await deletePods(lab, { namespace, labelSelector: 'k8s-app=calico-typha' })
  await lab.advance(60_000)
}

const scale = (lab: LabControl, replicas: number): Promise<void> =>
  lab.kube.patch(operator, { type: 'merge', body: { spec: { replicas } } })

async function ownCertificate(lab: LabControl, variant: string): Promise<Readonly<Record<string, string>>> {
  const nowMs = Number((await lab.exec(lab.nodes[0] as string, 'date +%s')).stdout) * 1000 // a lab has a node
  const validity = { notBeforeMs: nowMs - dayMs, notAfterMs: nowMs + 365 * dayMs }
  const by = authority('platform-team-ca', { key: 'platform-team-ca', ...validity })
  const dnsNames = [variant === 'server' ? 'typha-server' : 'typha-client']
  const key = 'fromplatformteam'
  return {
    'tls.crt': base64(pemOf(issued(by, { key, dnsNames, ...validity }))),
    'tls.key': base64(`-----BEGIN RSA PRIVATE KEY-----\n${key}\n-----END RSA PRIVATE KEY-----\n`),
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
