import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/admission-denied/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const described = (error: string, name = 'calico-node') => `Name:           ${name}
Namespace:      kube-system
Selector:       k8s-app=${name}
Desired Number of Nodes Scheduled: 4
Current Number of Nodes Scheduled: 0
Number of Nodes Scheduled with Available Pods: 0
Events:
  Type     Reason        Age                  From                  Message
  ----     ------        ----                 ----                  -------
  Warning  FailedCreate  61s (x16 over 7m2s)  daemonset-controller  Error creating: ${error}
`
const event = (
  object: string,
  error: string,
) => `NAMESPACE     LAST SEEN   TYPE      REASON         OBJECT   MESSAGE
kube-system   2m          Warning   FailedCreate   ${object}   Error creating: ${error}
`
const unreachable =
  'Internal error occurred: failed calling webhook "pods.guard.example": failed to call webhook: Post "https://guard.guard-system.svc:443/check?timeout=10s": no endpoints available for service "guard"'
const denied = 'admission webhook "pods.guard.example" denied the request: hostNetwork is not allowed'
const security =
  'violates PodSecurity "restricted:v1.31": host namespaces (hostNetwork=true), privileged (container "calico-node" must not set securityContext.privileged=true)'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a policy that admits the pod and changes it',
      'calico-kube-controllers-7d9f8b6c5-k2j4h   0/1   CreateContainerConfigError   0   6m\n\nAnnotations:  kubernetes.io/psp: 50-restricted-net\n',
      'likely',
    ],
    ['in people’s words', 'Our Kyverno webhook rejects the calico-node pods since yesterday.', 'likely'],
    ['a webhook whose back-end is gone', described(unreachable), 'confirmed'],
    ['a webhook that refuses', event('daemonset/calico-node', denied), 'confirmed'],
    [
      'pod security, in the events',
      event('daemonset/calico-node', `pods "calico-node-x7k2p" is forbidden: ${security}`),
      'confirmed',
    ],
    ['pod security, the line alone', `pods "calico-node-x7k2p" is forbidden: ${security}`, 'confirmed'],
    [
      'no SCC',
      event(
        'replicaset/calico-typha-6c5b7d9f44',
        'pods "calico-typha-6c5b7d9f44-" is forbidden: unable to validate against any security context constraint: [provider "restricted-v2": .spec.securityContext.hostNetwork: Invalid value: true]',
      ),
      'confirmed',
    ],
    [
      'no PSP',
      event(
        'daemonset/calico-node',
        'pods "calico-node-" is forbidden: PodSecurityPolicy: unable to admit pod: []',
      ),
      'confirmed',
    ],
    [
      'SecurityContextDeny',
      event(
        'replicaset/calico-kube-controllers-5d9',
        'pods "calico-kube-controllers-5d9-" is forbidden: SecurityContext.RunAsUser is forbidden',
      ),
      'confirmed',
    ],
    [
      'a limit range',
      event(
        'daemonset/calico-node',
        'pods "calico-node-" is forbidden: maximum cpu usage per Container is 200m, but request is 250m',
      ),
      'confirmed',
    ],
    [
      'no quota for this priority',
      event(
        'daemonset/calico-node',
        'pods "calico-node-" is forbidden: insufficient quota to match these scopes: [{PriorityClass In [system-node-critical system-cluster-critical]}]',
      ),
      'confirmed',
    ],
    [
      'the operator is refused',
      '{"level":"error","ts":"2025-03-04T05:06:07Z","logger":"controller_installation","msg":"Error creating / updating resource","Request.Name":"default","reason":"ResourceUpdateError","error":"admission webhook \\"ns.guard.example\\" denied the request: no"}',
      'confirmed',
    ],
    [
      'calico-node itself cannot write: the webhook needs the network',
      '2025-03-04 05:06:07.890 [ERROR][9] cni-config-monitor/token_watch.go 108: Failed to update CNI token, retrying... error=Internal error occurred: failed calling webhook "sa.guard.example": failed to call webhook: Post "https://guard.guard-system.svc:443/sa": context deadline exceeded',
      'confirmed',
    ],
    [
      'of a described DaemonSet only the end',
      `$ kubectl describe ds -n kube-system calico-node | tail -3\n  Warning  FailedCreate  61s (x16 over 7m2s)  daemonset-controller  Error creating: ${unreachable}\n`,
      'confirmed',
    ],
    [
      'a DaemonSet’s event without its name',
      `  Warning  FailedCreate  61s (x16 over 7m2s)  daemonset-controller  Error creating: ${denied}`,
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a restricted policy on a pod that runs',
      'calico-kube-controllers-7d9f8b6c5-k2j4h   1/1   Running   0   6m\n\nAnnotations:  kubernetes.io/psp: 50-restricted-net\n',
    ],
    ['another application is refused', event('replicaset/web-7d9', denied)],
    ['another DaemonSet is refused', described(denied, 'node-exporter')],
    [
      'another application violates pod security',
      event(
        'replicaset/web-7d9',
        'pods "web-7d9-" is forbidden: violates PodSecurity "baseline:latest": privileged (container "web" must not set securityContext.privileged=true)',
      ),
    ],
    [
      'a right is missing, admission has no part in it',
      'nodes "w1" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'its image is not pulled',
      'Failed to pull image "quay.io/calico/node:v3.29.1": toomanyrequests: rate limit',
    ],
    [
      'the pods were made',
      'NAMESPACE     NAME          DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR            AGE\nkube-system   calico-node   4         4         0       4            0           kubernetes.io/os=linux   9d\n',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('without the line that names the webhook it is not proven', () => {
    const text = described(denied)
    expect(foundIn(text, mode)).toBe('confirmed')
    expect(foundIn(text.replace(/^.*FailedCreate.*$/m, ''), mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const set = (desired: number, current: number): Table => ({
    daemonSets: [{ namespace: 'calico-system', name: 'calico-node', desired, current }],
  })
  const failed = (name: string, lastAtMs: number): Table => ({
    events: [
      {
        about: { kind: 'DaemonSet', namespace: 'calico-system', name },
        type: 'Warning',
        reason: 'FailedCreate',
        message: `Error creating: ${denied}`,
        count: 9,
        lastAtMs,
      },
    ],
  })
  const pods: Table = {
    pods: [
      {
        namespace: 'calico-system',
        name: 'calico-kube-controllers-5d9',
        component: 'calico-kube-controllers',
        node: 'w1',
        containers: [],
      },
    ],
  }
  const nodes: Table = {
    nodes: [{ name: 'w1', unschedulable: false, conditions: [], taints: [], labels: {} }],
  }
  const nowMs = factsOf({}).observedAtMs
  const seen = (table: Table) =>
    diagnose(
      factsOf({ ...pods, ...nodes, ...table }, { complete: ['nodes', 'pods', 'daemonSets', 'events'] }),
      [mode],
    )

  test.each<[string, Table, string | undefined]>([
    [
      'refused a minute ago, no pod anywhere',
      { ...set(1, 0), ...failed('calico-node', nowMs - 60_000) },
      'confirmed',
    ],
    ['refused two hours ago', failed('calico-node', nowMs - 7_200_000), 'possible'],
    ['no pod was made, nobody says why', set(1, 0), 'possible'],
  ])('%s', (_, table, expected) => {
    expect(seen(table).causes[0]?.confidence).toBe(expected)
  })

  test('a DaemonSet that made its pods is not kept from it', () => {
    expect(diagnose(factsOf(set(3, 3)), [mode]).clear).toHaveLength(1)
  })
})
