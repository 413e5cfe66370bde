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
      'a healthy cluster leaks no address',
      'k8s-control-01',
      'calicoctl ipam check',
      'Check complete; found 0 problems.\n',
    ],
  ])('%s', async (_, node, script, says) => {
    const { stdout, stderr } = await on(node, script)
    expect(stdout + stderr).toContain(says)
  })
})
