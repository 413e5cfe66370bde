/** What must not be taken for trouble of calico-node: healthy output, and the troubles of others. */
import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import { readText } from '#sources/text/read-text.ts'
import { quietSamples } from '#sources/text/testing/samples.ts'

const nowMs = parseTime('2026-01-07T07:00:00Z') ?? 0

describe('no cause, no symptom', () => {
  test.each([
    [
      'the log of a calico-node that starts well',
      `2026-01-07 06:00:40.103 [INFO][9] startup/startup.go 429: Early log level set to info
2026-01-07 06:00:40.104 [INFO][9] startup/utils.go 137: Determined node name: k8s-worker-03
2026-01-07 06:00:40.112 [INFO][9] startup/startup.go 558: Checking datastore connection
2026-01-07 06:00:40.131 [INFO][9] startup/startup.go 121: Datastore is ready
2026-01-07 06:00:40.205 [INFO][9] startup/autodetection_methods.go 103: Using autodetected IPv4 address on interface eth0: 10.0.0.23/24
Calico node started successfully
bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory
2026-01-07 06:00:42.000 [INFO][70] felix/daemon.go 134: Felix starting up
bird: device1: Initializing
bird: Mesh_10_0_0_21: Starting
bird: Mesh_10_0_0_21: State changed to start
bird: Graceful restart started
bird: Graceful restart done
bird: Started
bird: Mesh_10_0_0_21: Connected to table master
bird: Mesh_10_0_0_21: State changed to up
2026-01-07 06:00:45.000 [INFO][70] felix/int_dataplane.go 2464: Completed first update to dataplane.`,
    ],
    [
      'healthy tables',
      `NAME            STATUS   ROLES    AGE   VERSION   INTERNAL-IP
k8s-worker-03   Ready    <none>   52m   v1.31.9   10.0.0.23
calico-node-x7k2p   1/1   Running   0   52m   10.0.0.23   k8s-worker-03   <none>   <none>
| 10.0.0.2     | node-to-node mesh | up    | 10:51:40 | Established |`,
    ],
    [
      'a planned reboot',
      `  Normal   NodeNotSchedulable  20m  kubelet          Node k8s-worker-03 status is now: NodeNotSchedulable
  Normal   NodeNotReady        15m  node-controller  Node k8s-worker-03 status is now: NodeNotReady
  Normal   Starting            13m  kubelet          Starting kubelet.
  Warning  Rebooted            13m  kubelet          Node k8s-worker-03 has been rebooted, boot id: 6f3c
  Normal   NodeReady           12m  kubelet          Node k8s-worker-03 status is now: NodeReady`,
    ],
    [
      'an application that crashes',
      `web-6d4cf56db6-abcde   0/1   CrashLoopBackOff   7 (2m4s ago)   52m   10.244.3.7   k8s-worker-03   <none>   <none>
Warning  BackOff  2m (x30 over 25m)  kubelet  Back-off restarting failed container web in pod web-6d4cf56db6-abcde_shop(0b1e)
Error: listen EACCES: permission denied /var/run/web.sock`,
    ],
    [
      'an image that is not there',
      `  Warning  Failed   41s (x3 over 114s)  kubelet  Failed to pull image "shop/web:v9": rpc error: code = NotFound desc = not found
  Warning  BackOff  30s (x4 over 110s)  kubelet  Back-off pulling image "shop/web:v9"`,
    ],
    [
      'a modest folder on a host',
      `root@k8s-worker-03:~# ls -ld /run/user
drwx------ 3 root root 60 Jan  7 06:30 /run/user`,
    ],
    [
      'a question about firewalls',
      'Is firewalld running on your nodes? If ufw is active, pods may be cut off.',
    ],
    ['advice', 'Please check that no flannel interfaces are left, and make sure that the disk is not full.'],
    ['an application’s memory', 'The web pod of our shop was OOMKilled twice, so we gave it more memory.'],
    ['a plan', 'We will upgrade to Calico 3.30 next week and want to switch firewalld off then.'],
    ['a setup', 'We run Kubernetes 1.29 with Calico 3.27 on Ubuntu hosts; iptables is in nf_tables mode.'],
    ['what is well', 'Port 179 is not blocked, typha responds, and the calico-node DaemonSet is complete.'],
    ['a release note', 'Fixed in v3.26.1: stale FDB entries could be left when a node was deleted.'],
    ['a firewall that runs', 'firewalld is active on the bastion host only.'],
    ['a shopping list', 'milk, bread, two calico cats and a node of ginger'],
  ])('%s', (_, text) => {
    const { facts } = readText([{ name: 'paste', text }], { nowMs })
    const diagnosis = diagnose(facts, modes)
    expect(diagnosis.causes).toEqual([])
    expect(diagnosis.symptoms.filter(({ when }) => when === 'now')).toEqual([])
  })
})

/** Whole pastes, one a file: troubles of applications and tools, talk, and clusters that are well. */
describe('no cause', () => {
  test.each(quietSamples.map(({ name, text }) => [name, text]))('%s', (name, text) => {
    const { facts } = readText([{ name, text }], { nowMs })
    const { causes, verdict } = diagnose(facts, modes)
    expect(causes.map(({ mode, finding }) => `${mode.id}: ${finding.says}`)).toEqual([])
    expect(verdict).not.toBe('broken')
  })
})
