import { expect, onTestFinished, test } from 'vitest'
import { sessionWith } from '#app/cluster.ts'
import { readOptions } from '#app/diagnose.ts'
import { nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { modes } from '#failures/generated/detectors.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'
import { forReader } from '#report/command-words.ts'
import { readCluster } from '#sources/live/index.ts'
import { clockOf, clusterOf, diagnosed } from '../support/lab-cluster.ts'
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

/** What a report asks for can be typed by whoever got it: every program is in the image, every file where it is said to be. */
test.each<[Flavour, 'kubectl' | 'oc']>([
  ['plain', 'kubectl'],
  ['hardened', 'kubectl'],
  ['roks', 'oc'],
])('on %s, what modes ask of a node is answered through the API by %s', async (flavour, client) => {
  const lab = await Lab.boot({ seed: '1', flavour })
  onTestFinished(() => lab.shutdown())
  const report = await diagnosed(lab, { kubeconfigOnly: true })
  const { facts } = await readCluster(readOptions(sessionWith(clusterOf(lab)), { clock: clockOf(lab) }))
  const questions = modes.flatMap((mode) => mode.questions(nodeSubject(nodeOf(lab)), facts))
  const typed = new Set(questions.map(({ command }) => forReader(command, report)))
  expect([...typed].filter((line) => line.startsWith(`${client} debug `))).not.toEqual([])
  const inside = [...typed].flatMap(
    (line) =>
      line.match(/\bkubectl exec -n \S+ \S+ -c (?:calico-node|kube-proxy) -- [^;|'<]*(?:'[^']*')?/g) ?? [],
  )
  expect(inside.length).toBeGreaterThan(5)
  const refused = await Promise.all(
    inside.map(async (line) => ({ line, ...(await labKubectl(lab, line.replace('kubectl ', ''))) })),
  )
  expect(refused.filter(({ stderr }) => /not found|No such file|denied|not permitted/.test(stderr))).toEqual(
    [],
  )
})
