import { beforeAll, describe, expect, test } from 'vitest'
import { boxTable } from '#lab/calico/calicoctl/node-status.ts'
import { Lab } from '#lab/lab.ts'

test('cells of a status table are wrapped at 30 characters, and headings stand in the middle', () => {
  const row = ['10.0.0.3', 'node-to-node mesh', 'start', '10:51:28', 'Active Socket: Host is unreachable']
  expect(boxTable(['PEER ADDRESS', 'PEER TYPE', 'STATE', 'SINCE', 'INFO'], [row])).toBe(`\
+--------------+-------------------+-------+----------+------------------------+
| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |          INFO          |
+--------------+-------------------+-------+----------+------------------------+
| 10.0.0.3     | node-to-node mesh | start | 10:51:28 | Active Socket: Host is |
|              |                   |       |          | unreachable            |
+--------------+-------------------+-------+----------+------------------------+
`)
})

describe('on a cluster', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'calicoctl', nodes: 3 })
  })
  const on = (node: string, script: string) => lab.run(node, ['bash', '-c', script])
  const peer =
    'printf "kind: BGPPeer\\napiVersion: projectcalico.org/v3\\nmetadata:\\n  name: tor\\nspec:\\n  peerIP: 10.0.0.9\\n  asNumber: 64999\\n"'

  const yaml = (kind: string, name: string, spec: string): string =>
    `printf 'apiVersion: projectcalico.org/v3\\nkind: ${kind}\\nmetadata: {name: ${name}}\\nspec: ${spec}\\n'`

  test.each([
    [
      'a worker has no kubeconfig, and is told so',
      'k8s-worker-01',
      'calicoctl get ippool',
      'no configuration has been provided',
    ],
    [
      'node status needs no API server',
      'k8s-worker-01',
      'calicoctl node status',
      '| 10.0.0.22    | node-to-node mesh | up ',
    ],
    [
      'diagnostics of a node are packed, and what cannot be run is said',
      'k8s-worker-02',
      'calicoctl node diags | grep -A1 ip6tables; tar -tzf /tmp/calico*/diags-*.tar.gz | grep -c -e ipv4_route -e ipsets -e logs/cni',
      'Failed to run command: ip6tables-save -c\nError: \n',
    ],
    [
      'only root may look',
      'k8s-worker-01',
      'chmod 755 /root; setpriv --reuid=1 calicoctl node status',
      'Need super user privileges: Operation not permitted',
    ],
    [
      'a pool in a table',
      'k8s-control-01',
      'calicoctl get ipp',
      'default-ipv4-ippool   10.244.0.0/16   all()      \n',
    ],
    [
      'what is not there',
      'k8s-control-01',
      'calicoctl get ippool x',
      'resource does not exist: IPPool(x) with error: ippools.crd.projectcalico.org "x" not found',
    ],
    [
      'applied, shown and deleted',
      'k8s-control-01',
      `${peer} | calicoctl apply -f -; calicoctl get bgpp; calicoctl delete bgpp tor`,
      "Successfully applied 1 'BGPPeer' resource(s)\nNAME   PEERIP     NODE       ASN     \ntor    10.0.0.9   (global)   64999   \n\nSuccessfully deleted 1 'BGPPeer' resource(s)\n",
    ],
    [
      'strict affinity is set and shown',
      'k8s-control-01',
      'calicoctl ipam configure --strictaffinity=true; calicoctl ipam configure --max-blocks-per-host=4; calicoctl ipam show --show-configuration',
      'Successfully set StrictAffinity to: true\nSuccessfully set MaxBlocksPerHost to: 4\n',
    ],
    [
      'what is no truth value is refused',
      'k8s-control-01',
      'calicoctl ipam configure --strictaffinity=yes',
      'invalid value. Use true or false to set strictaffinity\n',
    ],
    [
      'an address that nobody has cannot be released',
      'k8s-control-01',
      'calicoctl ipam release --ip=10.244.99.99; calicoctl ipam release --ip=10.244.99.99',
      'IP address 10.244.99.99 is not assigned\n',
    ],
    [
      'a label is set once, and again only when told to',
      'k8s-control-01',
      'for o in a=1 a=2 "a=2 --overwrite" "a --remove"; do calicoctl label nodes k8s-worker-01 $o; done',
      `Successfully set label a on nodes k8s-worker-01
Successfully updated label a on nodes k8s-worker-01
Successfully removed label a from nodes k8s-worker-01
failed to update label of nodes k8s-worker-01, key a is already present. please use '--overwrite' to set a new value.
`,
    ],
    [
      'workload endpoints are pods with addresses',
      'k8s-control-01',
      'calicoctl get wep -n kube-system | head -1 | tr -s " "',
      'WORKLOAD NODE NETWORKS INTERFACE',
    ],
    [
      'profiles are namespaces and accounts',
      'k8s-control-01',
      'calicoctl get profiles',
      '\nkns.kube-system ',
    ],
    [
      'an option that a command does not take is refused',
      'k8s-control-01',
      'calicoctl ipam show --foo=1; echo $?; calicoctl ipam show -h | head -2',
      "1\nUsage:\n  calicoctl ipam show [options] [<args>...]\nInvalid option: 'calicoctl ipam show --foo=1'. Use flag '--help' to read about a specific subcommand.\n",
    ],
    [
      'an option before the command, and the value of one after a space',
      'k8s-control-01',
      'calicoctl --context=x ipam show --ip 10.9.9.9',
      '10.9.9.9 is not assigned\n',
    ],
    [
      'resources of several kinds are counted together; a tier with policies stays',
      'k8s-control-01',
      `${yaml('Tier', 't', '{order: 5}')} > /tmp/t; (cat /tmp/t; echo "---"; ${yaml('GlobalNetworkPolicy', 't.p', '{tier: t}')}) > /tmp/tp; calicoctl apply -f /tmp/tp; calicoctl delete tier t; calicoctl delete gnp t.p; calicoctl delete tier t`,
      "Successfully applied 2 resource(s)\nSuccessfully deleted 1 'GlobalNetworkPolicy' resource(s)\nSuccessfully deleted 1 'Tier' resource(s)\nFailed to delete 'Tier' resource: operation delete is not supported on t: Cannot delete a non-empty tier\n\n",
    ],
    [
      'what can be applied is, whatever else cannot',
      'k8s-control-01',
      `(${yaml('GlobalNetworkPolicy', 'one', '{selector: all(}')}; echo "---"; ${yaml('Tier', 'two', '{order: 6}')}; echo "---"; ${yaml('GlobalNetworkSet', 'three', '{nets: [10.9.9.0/24]}')}) > /tmp/many; calicoctl apply -f /tmp/many; calicoctl delete globalnetworkset three; calicoctl delete tier two`,
      "Partial success: applied the first 2 out of 3 resources:\nSuccessfully deleted 1 'GlobalNetworkSet' resource(s)\nSuccessfully deleted 1 'Tier' resource(s)\nHit error(s): [error with field Selector = 'all(' (Reason: failed to validate Field: Selector because of Tag: selector )]\n",
    ],
    [
      'a name that is not there stops no other deletion; the tiers of Calico itself stay',
      'k8s-control-01',
      `${yaml('Tier', 'five', '{order: 5}')} > /tmp/five; calicoctl apply -f /tmp/five; calicoctl delete tier default five`,
      "Successfully applied 1 'Tier' resource(s)\nSuccessfully deleted 1 'Tier' resource(s)\nFailed to delete 'Tier' resource: operation Delete is not supported on default: Cannot delete default tier\n\n",
    ],
    ...(
      [
        [
          'GlobalNetworkPolicy',
          '{ingress: [{action: allow}]}',
          "Failed to apply 'GlobalNetworkPolicy' resource: [error with field Action = 'allow' (Reason: failed to validate Field: Action because of Tag: action )]",
        ],
        [
          'GlobalNetworkPolicy',
          '{selector: role ==}',
          "error with field Selector = 'role ==' (Reason: failed to validate Field: Selector because of Tag: selector )",
        ],
        [
          'HostEndpoint',
          '{node: k8s-worker-01, foo: 1}',
          'Failed to execute command: error unmarshaling JSON: while decoding JSON: json: unknown field "foo"',
        ],
        [
          'IPPool',
          '{cidr: 10.244.0.0/17, blockSize: 33}',
          "error with the following fields:\n-  IPPool.Spec.BlockSize = '33' (IPv4 block size must be between 20 and 32)\n-  IPPool.Spec.CIDR = '10.244.0.0/17' (IPPool(x) CIDR overlaps with IPPool(default-ipv4-ippool) CIDR 10.244.0.0/16)\n",
        ],
      ] as const
    ).map(([kind, spec, says]): [string, string, string, string] => [
      `${kind} ${spec} is refused`,
      'k8s-control-01',
      `${yaml(kind, 'x', spec)} | calicoctl apply -f -`,
      says,
    ]),
    [
      'a healthy cluster leaks no address',
      'k8s-control-01',
      'calicoctl ipam check',
      'Check complete; found 0 problems.\n',
    ],
  ])('%s', async (_, node, script, says) => {
    const { stdout, stderr } = await on(node, script)
    expect(stdout + stderr).toContain(says)
  })

  test('a released address leaves a pod without an allocation, and the check tells', async () => {
    const script = `IP=$(calicoctl get wep -A | sed -n 2p | awk '{print $4}' | cut -d/ -f1); calicoctl ipam release --ip=$IP; calicoctl ipam show --ip=$IP; calicoctl ipam check --show-problem-ips`
    const { stdout } = await on('k8s-control-01', script)
    const [, address = ''] = /Successfully released IP address (\S+)/.exec(stdout) ?? []
    expect(stdout).toContain(`${address} is not assigned\n`)
    expect(stdout).toContain(`  ${address} in use in a pool but not allocated\n`)
  })
})
