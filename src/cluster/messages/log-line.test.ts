import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { peel } from '#cluster/messages/log-line.ts'

const at = (text: string): number | undefined => parseTime(text)
const nowMs = at('2026-01-07T07:00:00Z') ?? 0

describe('peel', () => {
  test.each([
    [
      'Calico’s own logger, with fields',
      '2024-05-13 07:42:40.999 [ERROR][11817] felix/ipsets.go 656: Bad return code from \'ipset list\'. error=exit status 1 family="inet" stderr="ipset v7.11: \\"x\\"\\n"',
      {
        atMs: at('2024-05-13T07:42:40.999Z'),
        level: 'error',
        component: 'felix',
        fields: { error: 'exit status 1', family: 'inet', stderr: 'ipset v7.11: "x"\n' },
      },
    ],
    [
      'before components were printed',
      '2018-01-26 10:55:35.054 [WARNING][9] startup.go 943: Terminating',
      { atMs: at('2018-01-26T10:55:35.054Z'), level: 'warning', component: 'startup', text: 'Terminating' },
    ],
    [
      'Felix of the Python era',
      "2016-07-22 15:00:24,684 [CRITICAL][307/4] calico.felix.devices 70: Kernel's RPF check is set to 'loose'.",
      { level: 'fatal', component: 'calico.felix.devices', text: "Kernel's RPF check is set to 'loose'." },
    ],
    [
      'the installer, which has no file',
      '2023-05-27 08:08:23.004 [FATAL][1] cni-installer/<nil> <nil>: Unable to create token for CNI kubeconfig error=Post "https://172.19.0.1:443/x": EOF',
      {
        level: 'fatal',
        component: 'cni-installer',
        fields: { error: 'Post "https://172.19.0.1:443/x": EOF' },
      },
    ],
    [
      'cut at its front',
      "felix/ipsets.go 569: Bad return code from 'ipset list'.",
      { component: 'felix', text: "Bad return code from 'ipset list'." },
    ],
    [
      'cut before its level',
      '[WARNING][9] startup/autodetection_methods.go 140: Unable to auto-detect an IPv4 address: none...',
      {
        level: 'warning',
        component: 'startup',
        text: 'Unable to auto-detect an IPv4 address: none...',
      },
    ],
    [
      'an old line without time and component',
      'startup.go 187: Early log level set to info',
      { component: 'startup', text: 'Early log level set to info' },
    ],
    [
      'cut before its time of day',
      '07:42:40.999 [INFO][85] felix/int_dataplane.go 434: Completed',
      { level: 'info', component: 'felix', text: 'Completed' },
    ],
    [
      'the installer, cut',
      'cni-installer/<nil> <nil>: CNI plugin version: v3.27.0',
      { component: 'cni-installer', text: 'CNI plugin version: v3.27.0' },
    ],
    [
      'Windows, whose lines end in a carriage return',
      '2024-05-13 07:42:40.999 [INFO][2184] felix/vxlan_mgr.go 120: Done\r',
      { component: 'felix', text: 'Done\r' },
    ],
    [
      'klog cut before its file',
      'kubelet.go:2345] "Skipping pod synchronization" err="x"',
      { text: '"Skipping pod synchronization" err="x"', fields: { err: 'x' } },
    ],
    ['klog without its date', '06:30:00.123456    1234 a.go:1] gone', { text: 'gone' }],
    ['klog with a date and no time', 'E0107 server.go:12] gone', { level: 'error', text: 'gone' }],
    [
      'logfmt without time',
      'level=error msg="Failed to install /host/opt/cni/bin/tuning" error="text file busy"',
      { level: 'error', text: 'Failed to install /host/opt/cni/bin/tuning error=text file busy' },
    ],
    [
      'logfmt with a bare time',
      'time=2026-01-07T06:30:00Z level=info msg=Ready',
      { atMs: at('2026-01-07T06:30:00Z'), level: 'info', text: 'Ready' },
    ],
    [
      'zap with a stack trace',
      '{"level":"error","ts":"2026-01-07T06:30:00Z","logger":"controller_ippool","msg":"Failed","error":"denied","stacktrace":"a.b\\n\\t/c.go:1"}',
      {
        atMs: at('2026-01-07T06:30:00Z'),
        component: 'controller_ippool',
        fields: { error: 'denied', stacktrace: 'a.b\n\t/c.go:1' },
      },
    ],
    [
      'zap for people',
      '2026-01-07T06:30:00.500Z\tERROR\tcontroller_installation\tFailed to write\t{"error": "denied", "Request.Name": "default"}',
      {
        atMs: at('2026-01-07T06:30:00.500Z'),
        level: 'error',
        component: 'controller_installation',
        text: 'Failed to write error=denied Request.Name=default',
      },
    ],
    [
      'klog, whose lines have no year',
      'W0106 22:48:13.313098    1957 server.go:468] Failed to retrieve node info: nodes "n" not found',
      {
        atMs: at('2026-01-06T22:48:13.313Z'),
        level: 'warning',
        text: 'Failed to retrieve node info: nodes "n" not found',
      },
    ],
    [
      'the journal around klog: the innermost time and the outer host',
      'Dec 31 22:48:13 k8s-worker-03 kubelet[1957]: E1231 22:48:13.500000    1957 kubelet_node_status.go:549] "Error updating node status, will retry" err="x"',
      {
        atMs: at('2025-12-31T22:48:13.500Z'),
        level: 'error',
        component: 'kubelet',
        host: 'k8s-worker-03',
        text: '"Error updating node status, will retry" err="x"',
        fields: { err: 'x' },
      },
    ],
    [
      'journalctl -o short-iso',
      "2026-01-07T06:30:00+0100 k8s-worker-03 systemd-tmpfiles[412]: Failed to resolve user 'calico': No such process",
      { atMs: at('2026-01-07T05:30:00Z'), host: 'k8s-worker-03', component: 'systemd-tmpfiles' },
    ],
    [
      'containerd',
      'time="2026-01-07T06:30:00.123456789Z" level=error msg="RunPodSandbox failed" error="cni plugin not initialized"',
      {
        atMs: at('2026-01-07T06:30:00.123Z'),
        level: 'error',
        text: 'RunPodSandbox failed error=cni plugin not initialized',
        fields: { error: 'cni plugin not initialized' },
      },
    ],
    [
      'zap',
      '{"level":"error","ts":1767767400.5,"logger":"controller_installation","msg":"Error creating","error":"denied \\"x\\""}',
      {
        atMs: 1767767400500,
        level: 'error',
        component: 'controller_installation',
        text: 'Error creating error=denied "x"',
      },
    ],
    [
      'Docker’s file around Calico’s logger',
      '{"log":"2026-01-07 06:30:00.000 [INFO][9] startup/startup.go 121: Datastore is ready\\n","stream":"stdout","time":"2026-01-07T06:30:01Z"}',
      { atMs: at('2026-01-07T06:30:00Z'), component: 'startup', text: 'Datastore is ready' },
    ],
    [
      'kubectl logs --prefix --timestamps',
      '[pod/calico-node-x7k2p/calico-node] 2026-01-07T06:30:00.123456789Z bird: Started',
      {
        atMs: at('2026-01-07T06:30:00.123Z'),
        pod: 'calico-node-x7k2p',
        container: 'calico-node',
        component: 'bird',
        text: 'bird: Started',
      },
    ],
    [
      'the runtime’s file',
      '2026-01-07T06:30:00.123456789+00:00 stderr F bird: Started',
      { atMs: at('2026-01-07T06:30:00.123Z'), text: 'bird: Started' },
    ],
    ['dmesg', '[29848.807223] ip_set: loaded', { component: 'kernel', text: 'ip_set: loaded' }],
    [
      'HAProxy',
      "[ALERT]    (8) : backend 'k8sbackend' has no server available!",
      { component: 'haproxy', level: 'error', text: "backend 'k8sbackend' has no server available!" },
    ],
    [
      'an older HAProxy in the journal',
      'Sep 28 09:12:12 k8s-sh-03 haproxy[3065]: [WARNING] 271/091212 (3065) : Server a/b is DOWN',
      { host: 'k8s-sh-03', component: 'haproxy', level: 'warning', text: 'Server a/b is DOWN' },
    ],
    [
      'dmesg -T',
      '[Wed Jan  7 06:30:00 2026] TCP: MD5 Hash mismatch for x',
      { atMs: at('2026-01-07T06:30:00Z'), component: 'kernel' },
    ],
  ])('%s', (_, line, expected) => {
    expect(peel(line, { nowMs })).toMatchObject(expected)
  })

  test.each([
    ['a sentence', 'The node was rebooted at 06:30.'],
    ['a table', 'calico-node-x7k2p   0/1   CrashLoopBackOff   7   20m'],
    ['an object, which is no log line', '{"apiVersion":"v1","kind":"Node"}'],
    ['broken JSON', '{"msg": "cut in the mid'],
    ['a file and its line in a sentence', 'see startup.go 187 for the reason'],
    ['a place in a file', 'main.go:12: undefined: x'],
    ['a range in brackets', '[10.0.0.1-10.0.0.9] is reserved'],
    ['nothing', ''],
  ])('near miss: %s', (_, line) => {
    expect(peel(line, { nowMs })).toBeUndefined()
  })

  test('without a current time, a line without a year has no time', () => {
    expect(peel('E0107 06:30:00.000000 1 a.go:1] x')?.atMs).toBeUndefined()
  })
})

test.each([
  [
    'a line of the journal without its time',
    'rr-7 kubelet[77]: it stops',
    { host: 'rr-7', component: 'kubelet', text: 'it stops' },
  ],
  [
    'BIRD outside a container',
    'Jan 07 06:30:00 rr-7 bird[77]: Started',
    { host: 'rr-7', text: 'bird: Started' },
  ],
])('%s', (_, text, expected) => {
  expect(peel(text, { nowMs })).toMatchObject(expected)
})

test('words that only look like a line of the journal keep their shape', () => {
  expect(peel('the list[2]: is empty', { nowMs })?.host).toBeUndefined()
})
