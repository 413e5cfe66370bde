/**
 * Two published accounts as somebody would paste them, from text to verdict: a runbook's examples of what a node
 * prints, and an incident review. The quotes are program output as it was captured there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { readText } from '#sources/text/read-text.ts'

const nowMs = parseTime('2026-01-07T07:00:00Z') ?? 0

function verdictOn(text: string, node?: string): Diagnosis {
  const { facts } = readText([{ name: 'paste', text }], { nowMs, ...(node !== undefined && { node }) })
  return diagnose(facts, modes)
}

/** What is merely possible decides nothing: it only says what could be asked. */
const sure = ({ causes }: Diagnosis) => causes.filter(({ confidence }) => confidence !== 'possible')

const causesOf = (diagnosis: Diagnosis) =>
  sure(diagnosis).map(({ mode, confidence, finding }) => ({ id: mode.id, confidence, about: finding.about }))

const silent = `  MemoryPressure       Unknown   Thu, 07 Oct 2021 00:34:33 -0500   Thu, 07 Oct 2021 00:39:42 -0500   NodeStatusUnknown   Kubelet stopped posting node status.
  DiskPressure         Unknown   Thu, 07 Oct 2021 00:34:33 -0500   Thu, 07 Oct 2021 00:39:42 -0500   NodeStatusUnknown   Kubelet stopped posting node status.
  PIDPressure          Unknown   Thu, 07 Oct 2021 00:34:33 -0500   Thu, 07 Oct 2021 00:39:42 -0500   NodeStatusUnknown   Kubelet stopped posting node status.
  Ready                Unknown   Thu, 07 Oct 2021 00:34:33 -0500   Thu, 07 Oct 2021 00:39:42 -0500   NodeStatusUnknown   Kubelet stopped posting node status.`

const flapping = `  Normal   Starting                 44m                kubelet  Starting kubelet.
  Normal   NodeReady                44m                kubelet  Node 10.188.156.137 status is now: NodeReady
  Normal   NodeHasSufficientMemory  42m (x8 over 42m)  kubelet  Node 10.188.156.137 status is now: NodeHasSufficientMemory
  Normal   Starting                 31m                kubelet  Starting kubelet.
  Warning  InvalidDiskCapacity      31m                kubelet  invalid capacity 0 on image filesystem
  Normal   NodeNotReady             31m                kubelet  Node 10.188.156.137 status is now: NodeNotReady
  Normal   NodeAllocatableEnforced  31m                kubelet  Updated Node Allocatable limit across pods
  Normal   NodeReady                31m                kubelet  Node 10.188.156.137 status is now: NodeReady
  Normal   Starting                 27m                kubelet  Starting kubelet.
  Normal   NodeNotReady             27m                kubelet  Node 10.188.156.137 status is now: NodeNotReady
  Normal   NodeReady                21m (x2 over 27m)  kubelet  Node 10.188.156.137 status is now: NodeReady
  Normal   NodeHasSufficientMemory  16m (x8 over 17m)  kubelet  Node 10.188.156.137 status is now: NodeHasSufficientMemory`

const noNetwork =
  '  - ` Ready            False   Wed, 06 Oct 2021 17:08:17 -0500   Wed, 06 Oct 2021 17:07:57 -0500   KubeletNotReady              container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized`'
const calicoIsDown =
  '  - `  NetworkUnavailable   True    Thu, 07 Oct 2021 00:49:02 -0500   Thu, 07 Oct 2021 00:49:02 -0500   CalicoIsDown                 Calico is shutting down on this node`'

const noSessions =
  '  - you should see something similar to: `Warning  Unhealthy  112s (x201 over 73m)  kubelet  (combined from similar events): Readiness probe failed: 2024-02-12 14:42:49.280 [INFO][5037] confd/health.go 180: Number of node(s) with BGP peering established = 0 calico/node is not ready: BIRD is not ready: BGP not established with 10.94.227.28,10.94.227.48` in the output of `kubectl describe po`'

describe('the runbook, Reason 1: kubelet has not contacted the master', () => {
  test('conditions without a name: it is that, and why it is, only the machine shows', () => {
    const diagnosis = verdictOn(silent)
    expect(diagnosis.verdict).toBe('broken')
    expect(causesOf(diagnosis)).toEqual([
      { id: 'kubelet-lost-contact', confidence: 'likely', about: { kind: 'cluster' } },
    ])
    expect(diagnosis.unexplained).toEqual([])
  })

  test('the user may say which node it is', () => {
    expect(causesOf(verdictOn(silent, 'k8s-worker-03'))).toMatchObject([
      { id: 'kubelet-lost-contact', about: { kind: 'node', name: 'k8s-worker-03' } },
    ])
  })

  test('events of a node that comes and goes: the same cause, on the node that they name', () => {
    const diagnosis = verdictOn(flapping)
    expect(causesOf(diagnosis)).toMatchObject([
      { id: 'kubelet-lost-contact', about: { kind: 'node', name: '10.188.156.137' } },
    ])
    expect(diagnosis.symptoms.map(({ id }) => id)).toEqual(['node-flapping'])
  })

  test('near miss: one reboot is no flapping', () => {
    const reboot = `  Normal   Starting      44m  kubelet  Starting kubelet.
  Warning  Rebooted      44m  kubelet  Node 10.188.156.137 has been rebooted, boot id: 6f3c
  Normal   NodeNotReady  44m  kubelet  Node 10.188.156.137 status is now: NodeNotReady
  Normal   NodeReady     43m  kubelet  Node 10.188.156.137 status is now: NodeReady`
    expect(verdictOn(reboot).causes).toEqual([])
  })
})

describe('the runbook, Reason 2: calico-node does not run on the node', () => {
  test.each([
    ['CNI not initialized', noNetwork, 'cni-not-initialized'],
    ['CalicoIsDown', calicoIsDown, 'network-unavailable'],
  ])('%s: undecided, and the next step is to look at calico-node', (_, text, symptom) => {
    const diagnosis = verdictOn(text)
    expect(diagnosis.verdict).toBe('undecided')
    expect(sure(diagnosis)).toEqual([])
    expect(diagnosis.unexplained.map(({ id }) => id)).toEqual([symptom])
    expect(diagnosis.next[0]?.command).toMatch(/kubectl .*calico-node/)
  })
})

test('the runbook, 1.29: BGP not established with two peers is undecided, and the nodes’ addresses or calico-node are asked next', () => {
  const diagnosis = verdictOn(noSessions)
  expect(diagnosis.verdict).toBe('undecided')
  expect(sure(diagnosis)).toEqual([])
  expect(diagnosis.unexplained.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['calico-node-not-ready', 'bgp-session-down']),
  )
  // Which address is whose, and what BIRD says: both tell the causes apart.
  expect(diagnosis.next[0]?.command).toMatch(/kubectl (?:logs|describe).* calico-node-|calicoctl get nodes/)
})

describe('the incident review', () => {
  const log =
    'What you see: kubectl logs -n kube-system calico-node-xxxxx shows: "Failed to initialize BIRD: could not load existing routes — permission denied on /var/run/calico." The OS update changed the permissions on /var/run/calico during the reboot.'
  const sight =
    'Pods on k8s-worker-03 can reach each other (same-node) but cannot reach pods on other nodes.\nkubectl get pods -n kube-system -o wide | grep calico shows the calico-node pod on k8s-worker-03 is in CrashLoopBackOff.'

  test('its log line and sentences: likely, from text alone, and the command that decides', () => {
    const diagnosis = verdictOn(`${sight}\n\n${log}`)
    expect(causesOf(diagnosis)).toEqual([
      {
        id: 'runtime-dir-permissions',
        confidence: 'likely',
        about: { kind: 'node', name: 'k8s-worker-03' },
      },
    ])
    expect(diagnosis.unexplained).toEqual([])
    expect(diagnosis.next.some(({ command }) => /k8s-worker-03.*stat .*\/run\/calico/.test(command))).toBe(
      true,
    )
  })

  test('without the log line its sentences decide nothing', () => {
    const diagnosis = verdictOn(sight)
    expect(sure(diagnosis)).toEqual([])
    expect(diagnosis.verdict).toBe('undecided')
  })

  test('the answer to that command, pasted below, confirms it', () => {
    const answer = `$ ssh k8s-worker-03 'stat -c "%a %u:%g %n" /run/calico; grep -rH /run/calico /etc/tmpfiles.d /run/tmpfiles.d /usr/lib/tmpfiles.d'
600 10001:0 /run/calico
/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0`
    const confirmed = verdictOn(`${sight}\n\n${log}\n\n${answer}`)
    expect(causesOf(confirmed)).toMatchObject([{ id: 'runtime-dir-permissions', confidence: 'confirmed' }])
  })

  test('what a real Calico prints instead of that log line leads to the same', () => {
    const real = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied'
    expect(causesOf(verdictOn(`${sight}\n\n${real}`))).toMatchObject([
      { id: 'runtime-dir-permissions', confidence: 'likely', about: { kind: 'node', name: 'k8s-worker-03' } },
    ])
  })

  test('near miss: calicoctl without root is denied the socket on a healthy node, too', () => {
    const status = `$ calicoctl node status
Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied
Couldn't connect to bird. Try running as root.`
    expect(causesOf(verdictOn(status)).map(({ id }) => id)).not.toContain('runtime-dir-permissions')
  })
})

const folder = resolve(import.meta.dirname, '../../../../shared/seeds')
const files = {
  runbook: resolve(folder, 'runbook-calico-node-troubleshooting.md'),
  review: resolve(folder, 'replay-cni-broken-after-node-restart.txt'),
}

/** The part of a file between two lines that hold these words. */
function part(text: string, from: string, to: string): string {
  const start = text.indexOf(from)
  const end = text.indexOf(to, start + from.length)
  expect(start, from).toBeGreaterThanOrEqual(0)
  return text.slice(start, end < 0 ? undefined : end)
}

/** A check over shared documents passes where they are not there, and says so. */
function isAbsent(file: string): boolean {
  const absent = !existsSync(file)
  if (absent) console.log(`not checked: ${file} is not there`)
  return absent
}

describe(`the whole files of ${folder}`, () => {
  test('the incident review', () => {
    if (isAbsent(files.review)) return
    expect(causesOf(verdictOn(readFileSync(files.review, 'utf8')))).toEqual([
      {
        id: 'runtime-dir-permissions',
        confidence: 'likely',
        about: { kind: 'node', name: 'k8s-worker-03' },
      },
    ])
  })

  test.each([
    ['#### Reason 1', 'or you might see', ['kubelet-lost-contact']],
    ['or you might see', '#### Reason 2', ['kubelet-lost-contact']],
    ['#### Reason 2', '### calico-node Not Running at all', []],
    ['### calico-node Pod Not Running after upgrading', '### Logs and Data', []],
  ])('the runbook from "%s" to "%s"', (from, to, causes) => {
    if (isAbsent(files.runbook)) return
    const diagnosis = verdictOn(part(readFileSync(files.runbook, 'utf8'), from, to))
    expect(sure(diagnosis).map(({ mode }) => mode.id)).toEqual(causes)
    expect(diagnosis.verdict).toBe(causes.length > 0 ? 'broken' : 'undecided')
  })
})
