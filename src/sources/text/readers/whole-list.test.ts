import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { read } from '#sources/text/readers/testing.ts'

describe('a whole list', () => {
  const nodes = 'NAME   STATUS   ROLES    AGE   VERSION\nwk-1   Ready    <none>   3d    v1.31.9'
  const pods =
    'NAMESPACE     NAME                READY   STATUS    RESTARTS   AGE   IP         NODE   NOMINATED NODE   READINESS GATES\nkube-system   calico-node-x2k9q   1/1     Running   0          3d    10.7.0.1   wk-1   <none>           <none>'
  const pools =
    'NAME     CIDR           NAT    IPIPMODE   VXLANMODE   DISABLED\npool-a   10.61.0.0/16   true   Always     Never       false'

  test.each<readonly [string, string, RelationName]>([
    ['nodes', `$ kubectl get nodes\n${nodes}`, 'nodes'],
    ['pods of all namespaces', `root@cp-1:~# kubectl get pods -A -o wide\n${pods}\n\nnext`, 'pods'],
    ['pools', `$ calicoctl get ippool -o wide\n${pools}`, 'ipPools'],
    [
      'events',
      '$ kubectl get events -A --sort-by=.lastTimestamp\nNAMESPACE   LAST SEEN   TYPE     REASON    OBJECT      MESSAGE\ndefault     9m          Normal   Pulled    pod/web-0   Container image already present',
      'events',
    ],
  ])('%s', (_, text, relation) => {
    expect(read(text).facts.coverage(relation)).toEqual({ kind: 'complete' })
  })

  test.each<readonly [string, string, RelationName]>([
    ['without its command', nodes, 'nodes'],
    ['of one node', `$ kubectl get nodes wk-1\n${nodes}`, 'nodes'],
    ['of some nodes', `$ kubectl get nodes -l zone=a\n${nodes}`, 'nodes'],
    ['through a pipe', `$ kubectl get nodes | head\n${nodes}`, 'nodes'],
    ['of one namespace', `$ kubectl get pods -n kube-system -o wide\n${pods}`, 'pods'],
    [
      'of other events',
      '$ kubectl get events -A --field-selector type=Warning\nNAMESPACE   LAST SEEN   TYPE     REASON    OBJECT      MESSAGE\ndefault     9m          Warning  Failed    pod/web-0   Error: x',
      'events',
    ],
    ['that was cut', `$ kubectl get nodes\n${nodes}\n...`, 'nodes'],
    ['that another text came between', `$ kubectl get nodes\nas you see:\n${nodes}`, 'nodes'],
    [
      'that leaves open why a node is not ready',
      `$ kubectl get nodes\n${nodes.replace('Ready ', 'NotReady ')}`,
      'nodes',
    ],
  ])('near miss: %s', (_, text, relation) => {
    expect(read(text).facts.coverage(relation).kind).not.toBe('complete')
  })
})
