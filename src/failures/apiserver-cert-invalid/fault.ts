import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { servingCertificatePath } from '#lab/kubelet/control-plane.ts'
import { servingCertificate } from '#lab/kubelet/serving-certificate.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000

/** The host on which the API server runs: a cluster by kubeadm has one. */
const hostOf = (lab: LabControl): string => lab.nodes[0] as string // a lab has a node

/**
 * Somebody issues the API server's certificate anew, to add a name, from a configuration without the cluster's own Service range: it holds
 * the first address of another one. kubelets dial the host, and go on; whatever runs in pods dials the Service.
 */
export const fault: Fault<string> = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: { names: 'the certificate is issued anew without the address of the Service kubernetes' },
  change: async (lab) => {
    const host = hostOf(lab)
    const before = (await lab.exec(host, `cat ${servingCertificatePath}`)).stdout
    const address = (await lab.exec(host, 'hostname -I')).stdout.trim().split(' ')[0] ?? ''
    await issue(lab, servingCertificate({ server: `${address}:6443`, names: [host], service: '10.43.0.1' }))
    return before
  },
  // What is connected stays so, until the node's calico-node begins anew.
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 10 * minutes,
  undo: (lab, _, before) => issue(lab, before),
  subjects: () => [clusterSubject],
}

/** Puts a certificate where the API server reads it, and restarts that, as kubeadm says to. */
async function issue(lab: LabControl, pem: string): Promise<void> {
  await lab.exec(hostOf(lab), `cat > ${servingCertificatePath} <<'END'\n${pem.trimEnd()}\nEND\n`)
  await lab.exec(hostOf(lab), 'crictl stop $(crictl ps -q --name kube-apiserver)')
  await lab.advance(minutes)
}
