/** Texts as large as people paste by mistake: made here, the same on every machine, of lines as programs print them. */

/** A text of about `bytes` bytes. */
export type BigText = (bytes: number) => string

/** A calico-node that has run for days: mostly healthy lines, some trouble that comes again and again. */
export const calicoNodeLog: BigText = (bytes) => filled(bytes, (at) => logLine(at))

/**
 * What ends up in one file when a whole incident channel is saved: logs, objects, tables, events and prose, in turn. Nine
 * tenths of it are logs, as of anything that grows so large.
 */
export const mixedPaste: BigText = (bytes) =>
  filled(bytes, (at) => {
    const block = blocks[at % blocks.length] as (at: number) => string // the index is in range
    return block(at)
  })

/** One line without an end: minified JSON, or a log whose line breaks were lost. */
export const giantLine: BigText = (bytes) => filled(bytes, (at) => logLine(at).replaceAll('\n', ' '), ' ')

/** Every line a message that the catalogue knows, with inner values that never repeat. */
export const troubledLog: BigText = (bytes) => filled(bytes, (at) => trouble(at, at))

/** Bytes of JSON of the same pod, again and again: `kubectl get pods -o json` of a large cluster on many lines. */
export const objectDump: BigText = (bytes) => filled(bytes, (at) => podYaml(at), '\n---\n')

function filled(bytes: number, piece: (at: number) => string, end = '\n'): string {
  const parts: string[] = []
  let length = 0
  for (let at = 0; length < bytes; at++) {
    const part = piece(at) + end
    parts.push(part)
    length += part.length
  }
  return parts.join('')
}

const startMs = 1_767_600_000_000

const stamp = (at: number): string =>
  new Date(startMs + at * 731).toISOString().slice(0, 23).replace('T', ' ')

const logLine = (at: number): string => (at % 23 === 0 ? trouble(at, at % 7) : healthy(at))

function healthy(at: number): string {
  const time = stamp(at)
  const lines = [
    `${time} [INFO][70] felix/summary.go 100: Summarising ${at % 40} dataplane reconciliation loops over 1m3.1s: avg=${at % 90}ms longest=${at % 900}ms (resync-nat-v4)`,
    `${time} [INFO][70] felix/int_dataplane.go 1836: Received interface update msg=&intdataplane.ifaceStateUpdate{Name:"cali${hex(at)}", State:"up", Index:${at % 4000}}`,
    `${time} [INFO][70] felix/endpoint_mgr.go 687: Updating endpoint routes. id=proto.WorkloadEndpointID{OrchestratorId:"k8s", WorkloadId:"shop/web-${hex(at)}", EndpointId:"eth0"}`,
    `${time} [INFO][71] monitor-addresses/autodetection_methods.go 103: Using autodetected IPv4 address on interface eth0: 10.20.30.${at % 200}/24`,
    `bird: Mesh_10_20_30_${at % 200}: State changed to feed`,
    `${time} [INFO][72] confd/resource.go 277: Target config /etc/calico/confd/config/bird_ipam.cfg has been updated due to change in key: /calico/ipam/v2/host/node-${at % 50}`,
    `${time} [INFO][70] felix/status_combiner.go 81: Storing endpoint status update ipVersion=0x4 status="up" workload=proto.WorkloadEndpointID{OrchestratorId:"k8s", WorkloadId:"shop/cart-${hex(at)}"}`,
  ]
  return lines[at % lines.length] as string // the index is in range
}

function trouble(at: number, differing: number): string {
  const time = stamp(at)
  const lines = [
    `${time} [WARNING][70] felix/table.go 822: iptables save failed error=exit status 1 attempt=${differing}`,
    `${time} [ERROR][72] confd/client.go 272: Failed to list resources error=Get "https://10.96.0.1:443/api/v1/nodes?n=${differing}": dial tcp 10.96.0.1:443: connect: connection refused`,
    `bird: Mesh_10_20_30_${differing % 200}: Socket error: bind: Cannot assign requested address`,
    `${time} [ERROR][69] felix/health.go 296: Reporter is not ready. name="int_dataplane_${differing}"`,
    `Warning  Unhealthy  ${at % 60}s (x${at % 900} over 73m)  kubelet  Readiness probe failed: calico/node is not ready: BIRD is not ready: BGP not established with 10.20.30.${differing % 250}`,
  ]
  return lines[at % lines.length] as string // the index is in range
}

/** One of the names of a cluster with a few thousand pods. */
const hex = (at: number): string => (((at % 3000) * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')

const logs = (at: number): string =>
  Array.from({ length: 400 }, (_, line) => logLine(at * 400 + line)).join('\n')

const podYaml = (at: number): string => `apiVersion: v1
kind: Pod
metadata:
  name: web-${hex(at)}
  namespace: shop
  labels:
    app: web
spec:
  nodeName: node-${at % 50}
  containers:
  - name: web
    image: registry.example/shop/web:1.${at % 9}
    env:
    - name: LOG_LEVEL
      value: info
    resources:
      limits:
        memory: 256Mi
status:
  phase: Running
  podIP: 10.244.${at % 250}.${(at >> 8) % 250}
  conditions:
  - type: Ready
    status: "True"
  containerStatuses:
  - name: web
    ready: true
    restartCount: ${at % 3}
    state:
      running:
        startedAt: "2026-01-05T08:00:00Z"`

const podTable = (at: number): string =>
  [
    'NAMESPACE   NAME   READY   STATUS   RESTARTS   AGE   IP   NODE   NOMINATED NODE   READINESS GATES',
    ...Array.from(
      { length: 40 },
      (_, row) =>
        `shop   web-${hex(at * 40 + row)}   1/1   Running   ${row % 3}   ${row}d   10.244.${row}.${at % 250}   node-${row % 50}   <none>   <none>`,
    ),
  ].join('\n')

const events = (at: number): string =>
  [
    'LAST SEEN   TYPE   REASON   OBJECT   MESSAGE',
    ...Array.from(
      { length: 20 },
      (_, row) =>
        `${row + 1}m   Normal   Scheduled   pod/web-${hex(at * 20 + row)}   Successfully assigned shop/web-${hex(at * 20 + row)} to node-${row}`,
    ),
  ].join('\n')

const journal = (at: number): string =>
  Array.from(
    { length: 150 },
    (_, line) =>
      `Jan  6 08:${String(line % 60).padStart(2, '0')}:12 node-${at % 50} kubelet[812]: I0106 08:${String(line % 60).padStart(2, '0')}:12.000000     812 reconciler.go:224] "operationExecutor.VerifyControllerAttachedVolume started for volume" pod="shop/web-${hex(at * 150 + line)}"`,
  ).join('\n')

const prose = (
  at: number,
): string => `[10:${String(at % 60).padStart(2, '0')}] Kim: we have been looking at this since the morning and nobody knows why it began – don’t ask.
The shop is slow for some customers, and the pods on node-${at % 50} look fine to me.

> I restarted the deployment twice, then went for lunch. See the dashboard: https://grafana.example/d/${hex(at)}?from=now-6h
* next: compare with the release notes of version 1.${at % 9}
`

const shell = (at: number): string => `root@node-${at % 50}:~# ip -4 addr show dev eth0
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    inet 10.20.30.${at % 250}/24 brd 10.20.30.255 scope global eth0
       valid_lft forever preferred_lft forever
root@node-${at % 50}:~# ip route
default via 10.20.30.1 dev eth0 proto static
${Array.from({ length: 30 }, (_, row) => `10.244.${row}.${(at % 4) * 64}/26 via 10.20.30.${row + 2} dev eth0 proto bird`).join('\n')}
root@node-${at % 50}:~# iptables-save | head
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A cali-FORWARD -m comment --comment "cali:${hex(at)}" -j MARK --set-xmark 0x0/0xe0000
COMMIT
root@node-${at % 50}:~# exit`

const blocks: readonly ((at: number) => string)[] = [logs, podYaml, podTable, events, journal, prose, shell]
