import type { KubeObject } from '#lab/api/objects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { clientCertificatePath, pairOf } from '#lab/kubelet/certificate-files.ts'
import { certificatesOf } from '#lab/network/tls.ts'
import { draftOf, taken } from '#lab/owner-acts.ts'

const minute = 60_000
const day = 24 * 60 * minute
const config = '/var/lib/kubelet/config.yaml'

/** Whose it is that renewals are approved by themselves: kubernetes/kubernetes:cmd/kubeadm/app/phases/bootstraptoken/node/tlsbootstrap.go. */
const approval = {
  type: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' },
  name: 'kubeadm:node-autoapprove-certificate-rotation',
}

interface Memory {
  /** The file as it was: certificate and key. */
  readonly pair: string
  readonly binding?: KubeObject
}

/**
 * The certificate with which the kubelet has joined, or that it was given last, was not renewed, and ends. No lab runs for a year: on
 * the machine's disk there is one that was signed a year ago.
 */
export const fault: Fault<Memory> = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    restored:
      'the machine comes back from a backup that is more than a year old, with its certificate of then',
    'not-approved': 'the binding by which renewals are approved is gone, and the certificate ends',
    'not-rotated': 'the kubelet is told not to rotate its certificate, which ends',
  },
  change: async (lab, { node, variant }) => {
    const pair = (await lab.exec(node, `cat ${clientCertificatePath}`)).stdout
    const isOld = variant === 'restored'
    const binding = variant === 'not-approved' ? await taken(lab, approval) : undefined
    if (variant === 'not-rotated') await setRotation(lab, node, false)
    await write(lab, node, await agedBy(lab, node, { pair, leftMs: isOld ? -30 * day : 2 * minute }))
    return { pair, ...(binding === undefined ? {} : { binding }) }
  },
  // What comes back from a backup is booted; the others read the file at the kubelet's next start.
  trigger: (lab, { node, variant }) =>
    variant === 'restored' ? lab.reboot(node) : restartKubelet(lab, node),
  settleMs: () => 12 * minute,
  undo: async (lab, { node, variant }, { pair, binding }) => {
    if (binding !== undefined) await lab.kube.create(approval.type, draftOf(binding))
    if (variant === 'not-rotated') await setRotation(lab, node, true)
    await write(lab, node, pair)
    await restartKubelet(lab, node)
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

/** The same pair, signed a year before its end, which is so far from the node's now. */
async function agedBy(
  lab: LabControl,
  node: string,
  { pair, leftMs }: { readonly pair: string; readonly leftMs: number },
): Promise<string> {
  const [own] = certificatesOf(pair)
  if (own === undefined) return pair
  const notAfterMs = Number((await lab.exec(node, 'date +%s')).stdout) * 1000 + leftMs
  return pairOf({ ...own, notBeforeMs: notAfterMs - 365 * day, notAfterMs })
}

/** Into the file to which the link leads, as an archive that is unpacked does. */
const write = async (lab: LabControl, node: string, pair: string): Promise<void> => {
  await lab.exec(node, `cat > ${clientCertificatePath} <<'END'\n${pair.trimEnd()}\nEND\n`)
}

const setRotation = async (lab: LabControl, node: string, isOn: boolean): Promise<void> => {
  await lab.exec(node, `sed -i 's/^rotateCertificates: .*/rotateCertificates: ${isOn}/' ${config}`)
}

const restartKubelet = async (lab: LabControl, node: string): Promise<void> => {
  await lab.exec(node, 'systemctl restart kubelet')
}
