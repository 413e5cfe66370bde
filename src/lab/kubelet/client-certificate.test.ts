import { expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

const node = 'k8s-worker-01'
const day = 24 * 3_600_000

const lines = async (lab: Lab, script: string): Promise<string> => (await lab.exec(node, script)).stdout

const kubectl = async (lab: Lab, words: string): Promise<string> =>
  (await lab.exec('k8s-control-01', `kubectl ${words}`)).stdout

/** A file whose certificate ends so many ms from now, as if it had been made a year before. */
async function shorten(lab: Lab, leftMs: number): Promise<void> {
  const { certificatesOf } = await import('#lab/network/tls.ts')
  const { pairOf } = await import('#lab/kubelet/certificate-files.ts')
  const path = '/var/lib/kubelet/pki/kubelet-client-current.pem'
  const [own] = certificatesOf(await lines(lab, `cat ${path}`))
  if (own === undefined) throw new Error('no certificate')
  const notAfterMs = lab.nowMs + leftMs
  const text = pairOf({ ...own, notBeforeMs: notAfterMs - 365 * day, notAfterMs })
  await lab.exec(node, `cat > ${path} <<'E'\n${text}E\nsystemctl restart kubelet`)
}

test('a kubelet asks for a new certificate in time, and gets it', async () => {
  const lab = await Lab.boot({ seed: 'rotation', nodes: 2 })
  const before = await lines(lab, 'readlink /var/lib/kubelet/pki/kubelet-client-current.pem')
  await shorten(lab, 10 * day)
  await lab.advance(6 * 60_000)
  expect(await kubectl(lab, 'get csr --no-headers')).toMatch(
    /^csr-\w{5} +\S+ +kubernetes.io\/kube-apiserver-client-kubelet +system:node:k8s-worker-01 +<none> +Approved,Issued\n$/,
  )
  const after = await lines(lab, 'readlink /var/lib/kubelet/pki/kubelet-client-current.pem')
  expect(after).toMatch(/^\/var\/lib\/kubelet\/pki\/kubelet-client-2026-01-07-06-\d\d-\d\d.pem\n$/)
  expect(after).not.toBe(before)
  expect(await lines(lab, 'journalctl -u kubelet')).toContain('Certificate rotation detected')
  await lab.advance(60_000)
  expect(await kubectl(lab, `get node ${node} --no-headers`)).toMatch(/ Ready /)
  await lab.shutdown()
}, 120_000)

test('a kubelet whose certificate ends is refused, ends itself where it would rotate, and does not come back', async () => {
  const lab = await Lab.boot({ seed: 'expiry', nodes: 2 })
  await lab.exec(
    'k8s-control-01',
    'kubectl delete clusterrolebinding kubeadm:node-autoapprove-certificate-rotation',
  )
  await shorten(lab, 60_000)
  await lab.advance(3 * 60_000)
  const journal = await lines(lab, 'journalctl -u kubelet --since "-3min"')
  expect(journal).toContain('"Failed to update lease" err="Unauthorized"')
  expect(await kubectl(lab, `get node ${node} --no-headers`)).toMatch(/ NotReady /)
  const pod = 'kube-apiserver-k8s-control-01'
  expect(await kubectl(lab, `-n kube-system logs ${pod} --tail=1`)).toMatch(
    /^E0107 .* authentication\.go:73\] "Unable to authenticate the request" err="\[x509: certificate has expired or is not yet valid: current time \S+Z is after \S+Z, verifying certificate SN=\d+, SKID=, AKID=[0-9A-F:]+ failed: x509: certificate has expired or is not yet valid: current time \S+Z is after \S+Z\]"\n$/,
  )
  await lab.advance(20 * 60_000)
  const later = await lines(lab, 'journalctl -u kubelet')
  expect(later).toContain('No valid client certificate is found and the server is responsive, exiting.')
  expect(later).toMatch(
    /"Unhandled Error" err="part of the existing bootstrap client certificate in \/etc\/kubernetes\/kubelet.conf is expired: 2026-01-07 \d\d:\d\d:\d\d \+0000 UTC" logger="UnhandledError"/,
  )
  expect(later).toContain(
    'err="failed to run Kubelet: unable to load bootstrap kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: no such file or directory"',
  )
  await lab.shutdown()
}, 120_000)

test('a kubelet that does not rotate is refused as well, however quiet everything is, and stays', async () => {
  const lab = await Lab.boot({ seed: 'quiet', nodes: 2 })
  await lab.exec(
    node,
    'sed -i s/rotateCertificates:.*/rotateCertificates:\\ false/ /var/lib/kubelet/config.yaml',
  )
  await shorten(lab, 30 * 60_000)
  await lab.advance(29 * 60_000)
  expect(await kubectl(lab, `get node ${node} --no-headers`)).toMatch(/ Ready /)
  await lab.advance(10 * 60_000)
  expect(await kubectl(lab, `get node ${node} --no-headers`)).toMatch(/ NotReady /)
  expect(await lines(lab, 'systemctl is-active kubelet')).toBe('active\n')
  await lab.shutdown()
}, 120_000)

test('a kubelet without its certificate says what it lacks', async () => {
  const lab = await Lab.boot({ seed: 'missing', nodes: 2 })
  await lab.exec(
    node,
    'rm /var/lib/kubelet/pki/kubelet-client-current.pem; systemctl restart kubelet; sleep 2',
  )
  expect(await lines(lab, 'journalctl -u kubelet')).toContain(
    'unable to read client-cert /var/lib/kubelet/pki/kubelet-client-current.pem for system:node:k8s-worker-01 due to open /var/lib/kubelet/pki/kubelet-client-current.pem: no such file or directory',
  )
  await lab.shutdown()
}, 120_000)
