/**
 * What a page says under "How it is mended" is typed, word for word, by somebody who reads it: on the node, on a control-plane host, with
 * kubectl and with the provider's command. It must mend. Only what stands in angle brackets is filled in.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { assert } from '#base/assert.ts'
import { faults } from '#failures/generated/faults.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import type { Output } from '#lab/host/ports.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { shellWords } from '#lab/kubectl/shell-words.ts'
import type { Lab } from '#lab/lab.ts'
import { diagnosed } from '../support/lab-cluster.ts'
import { nodeOf, struck } from './cases.ts'

/** Commands as the page has them, or how many minutes are waited. */
type Steps = readonly (string | number)[]

const restart = 'kubectl delete pod -n kube-system <calico-node>'
const operatorOn = 'kubectl scale deployment -n tigera-operator tigera-operator --replicas 1'

const walks: readonly (readonly [mode: string, variant: string, flavour: Flavour, steps: Steps])[] = [
  [
    'apiserver-port-6443-blocked',
    'host-firewall',
    'plain',
    ['iptables -D OUTPUT -p tcp -m tcp --dport 6443 -j DROP'],
  ],
  [
    'bgp-config-not-rendered',
    'unmasked-prefix',
    'plain',
    [
      `calicoctl patch bgpconfiguration default -p '{"spec":{"prefixAdvertisements":[{"cidr":"10.244.0.0/16","communities":["64512:300"]}]}}'`,
    ],
  ],
  [
    'bgp-password-secret-unreadable',
    'role-deleted',
    'operator',
    [
      'kubectl create role bgp-secret-access -n calico-system --verb=get,list,watch --resource=secrets --resource-name=bgp-secrets',
      'kubectl create rolebinding bgp-secret-access -n calico-system --role=bgp-secret-access --serviceaccount=calico-system:calico-node',
    ],
  ],
  [
    'bgp-peer-misconfigured',
    'selector',
    'operator',
    [`calicoctl patch bgpconfiguration default -p '{"spec":{"nodeToNodeMeshEnabled":true}}'`],
  ],
  [
    'calico-config-unsupported',
    'no-tunnel',
    'iks-classic',
    [
      `kubectl patch ippools.crd.projectcalico.org default-ipv4-ippool --type merge -p '{"spec":{"ipipMode":"CrossSubnet"}}'`,
    ],
  ],
  [
    'calico-node-daemonset-missing',
    'deleted',
    'iks-classic',
    ['ibmcloud ks cluster master refresh --cluster <cluster>', 45],
  ],
  ['cni-token-expired', 'foreign', 'plain', ['kubectl delete pod -n kube-system <calico-node-pod>']],
  ['containerd-cni-dir-watch-lost', 'removed', 'plain', ['systemctl restart containerd']],
  [
    'custom-route-hijacks',
    'deliver',
    'iks-vpc',
    ['ibmcloud is vpc-routing-table-route-delete <vpc> <routing-table> <route>'],
  ],
  [
    'endpoint-gateway-broken',
    'group-closed',
    'iks-vpc',
    ['ibmcloud ks security-group sync --cluster <cluster> --security-group kube-vpegw-<cluster-id>'],
  ],
  [
    'endpoint-gateway-broken',
    'deleted',
    'roks',
    ['ibmcloud ks cluster master refresh --cluster <cluster>', 45],
  ],
  ['forward-policy-drop', 'return', 'plain', ['iptables -P FORWARD ACCEPT']],
  ['health-endpoint-unreachable', 'loopback', 'operator', ['ip link set lo up']],
  [
    'health-endpoint-unreachable',
    'port-moved',
    'plain',
    [
      `kubectl patch felixconfigurations.crd.projectcalico.org default --type json -p '[{"op":"remove","path":"/spec/healthPort"}]'`,
    ],
  ],
  [
    'host-firewall-manager-interferes',
    'firewalld',
    'operator',
    [
      'firewall-cmd --permanent --zone=trusted --add-source=<pod-cidr> --add-source=<service-cidr>',
      'firewall-cmd --permanent --zone=trusted --add-interface=cali+ --add-interface=tunl0 --add-interface=vxlan.calico',
      'firewall-cmd --reload',
    ],
  ],
  [
    'image-unavailable',
    'no-such-tag',
    'plain',
    ['kubectl set image -n kube-system daemonset/calico-node calico-node=<image>', restart],
  ],
  [
    'install-cni-host-write-failed',
    'programs-read-only',
    'plain',
    ['mount -o remount,rw /opt/cni/bin', 'delete the calico-node pod'],
  ],
  [
    'ipset-kernel-incompatible',
    'restored',
    'plain',
    ['systemctl disable netfilter-persistent', 'ipset destroy cali40this-host'],
  ],
  ['ipam-no-pool', 'disabled', 'plain', [`calicoctl patch ippool NAME -p '{"spec":{"disabled":false}}'`]],
  [
    'mtu-mismatch',
    'port',
    'operator',
    ['ip link set dev <card> mtu 1400', 'systemctl restart kubelet', 'delete the calico-node pod', 6],
  ],
  [
    'network-acl-blocks',
    'all',
    'iks-vpc',
    [
      'ibmcloud is network-acl-rule-add <acl> allow inbound all <workers-cidr> <workers-cidr> --before-rule <first-deny>',
      'ibmcloud is network-acl-rule-add <acl> allow outbound all <workers-cidr> <workers-cidr> --before-rule <first-deny>',
    ],
  ],
  [
    'no-default-route',
    'removed',
    'plain',
    ['ip route add 10.96.0.0/12 dev <card>', 'ip route add 169.254.1.1 dev <card>'],
  ],
  [
    'node-ip-wrong-interface',
    'vpn',
    'operator',
    [
      `kubectl patch installation default --type merge -p '{"spec":{"calicoNetwork":{"nodeAddressAutodetectionV4":{"firstFound":null,"kubernetes":"NodeInternalIP"}}}}'`,
    ],
  ],
  [
    'security-group-blocks',
    'self',
    'roks',
    [
      'ibmcloud is security-group-rule-add kube-<cluster-id> inbound all --remote kube-<cluster-id>',
      'ibmcloud is security-group-rule-add kube-<cluster-id> outbound all --remote kube-<cluster-id>',
    ],
  ],
  ['service-ip-unreachable', 'raw', 'plain', ['iptables -t raw -D OUTPUT -d 10.96.0.0/12 -j DROP']],
  [
    'calico-apiserver-unreachable',
    'no-endpoints',
    'plain',
    ['kubectl delete apiservice v3.projectcalico.org'],
  ],
  [
    'stale-tunnel-device',
    'everywhere',
    'plain',
    [
      `kubectl patch felixconfiguration default --type json -p '[{"op":"remove","path":"/spec/vxlanEnabled"}]'`,
    ],
  ],
  [
    'typha-cert-invalid',
    'server',
    'operator',
    [
      operatorOn,
      2,
      'kubectl delete secret -n tigera-operator typha-certs node-certs',
      1,
      'kubectl rollout restart -n calico-system deployment/calico-typha daemonset/calico-node',
      10,
    ],
  ],
  [
    'typha-port-5473-blocked',
    'host-firewall',
    'operator',
    ['iptables -D OUTPUT -p tcp -m tcp --dport 5473 -j DROP'],
  ],
  ['typha-unhealthy', 'scaled-down', 'operator', [operatorOn]],
  ['vlan-spanning-disabled', 'off', 'iks-classic', ['ibmcloud sl vlan spanning set on', 15]],
  [
    'worker-needs-reboot',
    'cgroup-limit',
    'iks-classic',
    [
      'kubectl cordon <node>',
      'ibmcloud ks worker reboot --cluster <cluster> --worker <worker>',
      8,
      'kubectl uncordon <node>',
    ],
  ],
]

describe('who types what the page says has mended it', () => {
  test.each(walks)('%s (%s) in %s', async (mode, variant, flavour, steps) => {
    const commands = steps.filter((step) => typeof step === 'string')
    const page = mendingOf(mode)
    expect(commands.filter((command) => !page.includes(command))).toEqual([])

    const { lab } = await struck({ id: mode, fault: await faultOf(mode), variant, flavour, seed: '1' })
    for (const step of steps)
      if (typeof step === 'number') await lab.advance(step * minute)
      else expect(await typed(lab, await filled(lab, step)), step).toMatchObject({ code: 0 })
    await lab.untilWell(10 * minute)
    await lab.advance(2 * minute)
    const { diagnosis } = await diagnosed(lab)
    expect(diagnosis.causes.map(({ mode: { id } }) => id)).toEqual([])
    await lab.shutdown()
  })
})

const minute = 60_000

/** The section of the page, in one line, as its line breaks mean nothing. */
function mendingOf(mode: string): string {
  const page = readFileSync(new URL(`../../src/failures/${mode}/README.md`, import.meta.url), 'utf8')
  const [, section = ''] = page.split('\n## How it is mended\n')
  return (section.split('\n## ')[0] ?? '').replaceAll(/\s+/g, ' ')
}

async function faultOf(mode: string) {
  const load = faults[mode]
  assert(load !== undefined, `a mode with a fault, not ${mode}`)
  return load()
}

/** What who types it would look up first. */
const known: Readonly<Record<string, string>> = {
  NAME: 'default-ipv4-ippool',
  '<card>': 'eth0',
  '<cluster>': 'shop',
  '<cluster-id>': 'cn3rlqcd0aj2tq8e4o50',
  '<pod-cidr>': '10.244.0.0/16',
  '<service-cidr>': '10.96.0.0/12',
  '<image>': 'docker.io/calico/node:v3.29.3',
  '<vpc>': 'shop-vpc',
  '<routing-table>': 'shop-vpc-default',
  '<route>': 'office',
  '<acl>': 'hardened-acl',
  '<workers-cidr>': '10.240.0.0/16',
  '<first-deny>': 'deny-inbound-3',
}

async function filled(lab: Lab, step: string): Promise<string> {
  const command = step === 'delete the calico-node pod' ? `kubectl delete ${await calicoNode(lab)}` : step
  const here = { ...known, '<node>': nodeOf(lab), '<worker>': nodeOf(lab) }
  const pod = /<calico-node(-pod)?>/.test(command) ? ((await calicoNode(lab)).split('/')[1] ?? '') : ''
  return Object.entries(here)
    .reduce((text, [name, value]) => text.replaceAll(name, value), command)
    .replaceAll(/<calico-node(-pod)?>/g, pod)
}

/** `-n NAMESPACE pod/NAME` of calico-node on the struck node. */
async function calicoNode(lab: Lab): Promise<string> {
  const namespace = lab.options.flavour === 'operator' ? 'calico-system' : 'kube-system'
  const { stdout } = await labKubectl(
    lab,
    `get pods -n ${namespace} -l k8s-app=calico-node --field-selector spec.nodeName=${nodeOf(lab)} -o name`,
  )
  return `-n ${namespace} ${stdout.trim()}`
}

/** Where each program is at hand: kubectl and the provider's at a desk, calicoctl on a control-plane host, the rest on the node. */
async function typed(lab: Lab, command: string): Promise<Output> {
  const [program, ...words] = shellWords(command)
  if (program === 'kubectl') return labKubectl(lab, words)
  if (program === 'ibmcloud') return lab.cloud(words)
  const [controlPlane = ''] = lab.nodes
  return lab.run(program === 'calicoctl' ? controlPlane : nodeOf(lab), ['bash', '-c', command])
}
