import { expect, test } from 'vitest'
import { servingCertificate } from '#lab/kubelet/serving-certificate.ts'
import { unfitFor } from '#lab/network/tls.ts'

test('kubeadm’s own holds what clients of both kinds dial', () => {
  const pem = servingCertificate({ server: '10.0.0.11:6443', names: ['k8s-control-01'] })
  for (const serverName of ['10.96.0.1', '10.0.0.11', 'kubernetes.default.svc', 'k8s-control-01'])
    expect(unfitFor(pem, { serverName, nowMs: Date.UTC(2026, 5, 1) })).toBeUndefined()
})
