import { describe, expect, test } from 'vitest'
import type { ConditionRow } from '#cluster/relations.ts'
import { factsOf, type Table, testNowMs } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Mode } from '#diagnosis/types.ts'
import { remedies } from '#failures/generated/repairs.ts'
import { mode as kubeletLostContact } from '#failures/kubelet-lost-contact/index.ts'
import { mode as runtimeDirPermissions } from '#failures/runtime-dir-permissions/index.ts'
import { apiRead, calicoNode, deepRead, healthy, incident, node } from '#failures/testing/example-cluster.ts'
import { planFor } from '#repair/plan.ts'
import { renderJson } from '#report/json.ts'
import { oneLine } from '#report/layout.ts'
import { renderCommands, renderText } from '#report/text.ts'
import { type ClusterHead, type DiagnosisReport, type Palette, plainPalette } from '#report/types.ts'

/** The form of a report does not change with every mode that is added: two are enough to see it. */
const modes: readonly Mode[] = [kubeletLostContact, runtimeDirPermissions]

const production: ClusterHead = { context: 'prod', server: 'https://10.0.0.11:6443', user: 'alice' }

function reportOf(
  table: Table,
  head: Pick<DiagnosisReport, 'cluster' | 'source'>,
  complete: readonly string[] = deepRead,
): DiagnosisReport {
  const unread = head.source.kind === 'text' ? 'not-in-text' : 'not-asked'
  const diagnosis = diagnose(factsOf(table, { complete, unread }), modes)
  const all = [...diagnosis.causes, ...diagnosis.preventive]
  const plans = all.flatMap((cause) => {
    const plan = planFor(cause, remedies, all)
    return plan === undefined ? [] : [{ cause, plan }]
  })
  return { ...head, diagnosis, plans }
}

const silent: readonly ConditionRow[] = ['MemoryPressure', 'Ready'].map((type) => ({
  type,
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
}))

const waiting: ConditionRow = {
  type: 'Ready',
  status: 'False',
  reason: 'KubeletNotReady',
  message:
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
}

const { nodes = [], pods = [], messages = [] } = incident
const text = { kind: 'text', says: '1 piece of text', notes: ['1 line was not understood'] } as const

const reports: Readonly<Record<string, DiagnosisReport>> = {
  healthy: reportOf(healthy, {
    cluster: { lab: 'default' },
    source: { kind: 'live', deep: true, requests: 31 },
  }),
  'incident-deep': reportOf(incident, {
    cluster: { lab: 'default' },
    source: { kind: 'live', deep: true, requests: 31 },
  }),
  'incident-api-and-logs': reportOf(
    { nodes, pods, messages },
    { cluster: production, source: { kind: 'live', deep: false, requests: 9 } },
    [...apiRead, 'messages node/w3'],
  ),
  'kubelet-silent-on-two-nodes': reportOf(
    {
      nodes: [node('w1'), node('w2', { conditions: silent }), node('w3', { conditions: silent })],
      pods: [calicoNode('w1'), calicoNode('w2', { ready: false }), calicoNode('w3', { ready: false })],
    },
    { cluster: production, source: { kind: 'live', deep: false, requests: 9 } },
    apiRead,
  ),
  'waiting-to-happen': reportOf(
    { ...healthy, tmpfilesEntries: incident.tmpfilesEntries ?? [] },
    { cluster: production, source: { kind: 'live', deep: true, requests: 31 } },
  ),
  'text-undecided': reportOf({ nodes: [node('w3', { conditions: [waiting] })] }, { source: text }, []),
}

describe.each(Object.entries(reports))('%s', (name, report) => {
  test('as text', async () => {
    await expect(renderText(report, { nowMs: testNowMs + 180_000 })).toMatchFileSnapshot(`golden/${name}.txt`)
  })

  test('as JSON', async () => {
    await expect(renderJson(report)).toMatchFileSnapshot(`golden/${name}.json`)
  })

  test('no line but commands and quotations is wider than 80 columns', () => {
    const lines = renderText(report).split('\n')
    expect(lines.filter((line) => line.length > 80 && !line.trimStart().startsWith('$ '))).toEqual([])
  })
})

test('a lab’s report says so first, and types the lab’s commands', () => {
  const lab = renderText(reports['incident-deep'] as DiagnosisReport)
  expect(lab).toMatch(/^\[LAB\] default\n/)
  expect(lab).toContain('$ ninelives lab exec w3 -- systemd-tmpfiles --create')
  expect(lab).not.toContain('ssh ')
})

test('a real cluster’s commands name its context', () => {
  const steps = renderCommands(reports['incident-api-and-logs'] as DiagnosisReport)
  expect(steps).toContain('kubectl --context prod delete pod -n kube-system calico-node-on-w3')
  expect(steps).not.toContain('lab exec')
})

test('colour is the palette’s, and changes nothing but colour', () => {
  const marked = (text: string): string => `\u001b[1m${text}\u001b[0m`
  const palette: Palette = {
    bold: marked,
    dim: marked,
    red: marked,
    yellow: marked,
    green: marked,
    cyan: marked,
  }
  for (const report of Object.values(reports)) {
    const coloured = renderText(report, { palette })
    expect(coloured).toContain('\u001b[')
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(renderText(report, { palette: plainPalette }))
  }
})

test('the JSON has the promised fields', () => {
  expect(Object.keys(JSON.parse(renderJson(reports['incident-deep'] as DiagnosisReport)))).toEqual([
    'apiVersion',
    'kind',
    'verdict',
    'cluster',
    'source',
    'observedAt',
    'causes',
    'symptoms',
    'unexplained',
    'preventive',
    'unknown',
    'next',
  ])
})

test.each([
  ['between words', 'panic: runtime error: invalid memory address', 24, 'panic: runtime error:…'],
  ['inside a word that has no better place', 'a'.repeat(30), 10, `${'a'.repeat(9)}…`],
  ['not at all where it fits', 'bird: Started', 13, 'bird: Started'],
])('a quotation is cut %s', (_, text, max, expected) => expect(oneLine(text, max)).toBe(expected))

test('evidence against a finding is shown, however much speaks for it', () => {
  const report = reports['incident-deep'] as DiagnosisReport
  const [cause] = report.diagnosis.causes
  if (cause === undefined) throw new Error('the incident has a cause')
  const said = (weight: 'strong' | 'against', says: string) => ({ weight, says, from: { source: 'x' } })
  const evidence = [
    ...Array.from({ length: 9 }, (_, index) => said('strong', `sign ${index}`)),
    said('against', 'it may be mended already'),
  ]
  const causes = [{ ...cause, finding: { ...cause.finding, evidence } }]
  const text = renderText({ ...report, plans: [], diagnosis: { ...report.diagnosis, causes } })
  expect(text).toContain('Evidence  sign 0\n')
  expect(text).toContain('and 3 more (-o json)')
  expect(text).toContain('Against   it may be mended already')
})
