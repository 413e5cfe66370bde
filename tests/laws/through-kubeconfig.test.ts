import { expect, onTestFinished, test } from 'vitest'
import { renderSubject } from '#cluster/subjects.ts'
import { diagnosed } from '../support/lab-cluster.ts'
import { cases, nodeOf, struck } from './cases.ts'

/**
 * What tells a kubelet that is refused from one that is silent, for whoever has no shell on the nodes: the API server's log. One that
 * was booted with such a certificate asks nobody: then it stays open, and the machine is asked for.
 */
test.each([
  ['not-approved', ['kubelet-certificate-expired confirmed']],
  ['not-rotated', ['kubelet-certificate-expired confirmed']],
  ['restored', ['kubelet-lost-contact likely']],
])('a kubelet whose certificate has ended (%s), seen from outside', async (variant, expected) => {
  const each = cases.find((one) => one.id === 'kubelet-certificate-expired' && one.variant === variant)
  if (each === undefined) return // somebody asks for other modes alone
  const { lab } = await struck(each)
  onTestFinished(() => lab.shutdown())
  const { diagnosis } = await diagnosed(lab, { kubeconfigOnly: true })
  expect(diagnosis.causes.map(({ mode, confidence }) => `${mode.id} ${confidence}`)).toEqual(expected)
  expect(diagnosis.causes.map(({ finding }) => renderSubject(finding.about))).toEqual([`node/${nodeOf(lab)}`])
  const asked = diagnosis.next.map(({ command }) => command)
  if (variant === 'restored')
    expect(asked).toContainEqual(expect.stringContaining('kubelet-client-current.pem'))
})

/** What these containers share with their host is looked at by exec; without it each of these is something else, or nothing. */
test.each([
  ['stale-state-other-cni', 'flannel-unit', 'confirmed'],
  ['host-firewall-manager-interferes', 'firewalld', 'confirmed'],
  // calico-node is down, or not root.
  ['host-limit-exhausted', 'connections', 'confirmed'],
  ['forward-policy-drop', 'return', 'confirmed'],
  // No capture, but what Felix's rules have counted.
  ['ipip-proto4-blocked', 'dropped', 'likely'],
])('%s (%s) is seen from inside calico-node or kube-proxy', async (id, variant, expected) => {
  const each = cases.find((one) => one.id === id && one.variant === variant)
  if (each === undefined) return // somebody asks for other modes alone
  const { lab } = await struck(each)
  onTestFinished(() => lab.shutdown())
  const { diagnosis } = await diagnosed(lab, { kubeconfigOnly: true })
  expect(diagnosis.causes.map(({ mode, confidence }) => `${mode.id} ${confidence}`)).toEqual([
    `${id} ${expected}`,
  ])
  const evidence = diagnosis.causes.flatMap(({ finding }) => finding.evidence.map(({ from }) => from.command))
  expect(evidence.join('\n')).toMatch(
    /kubectl .*exec .* -c (?:calico-node|kube-proxy) -- (?:ip|iptables|grep|sh)/,
  )
})
