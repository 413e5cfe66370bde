/** oc, on a small OpenShift cluster, as somebody at a desk types it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { ocTool } from '#lab/kubectl/oc/oc.ts'
import { Lab } from '#lab/lab.ts'

describe('oc', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'oc', nodes: 2, flavour: 'roks' })
  }, 60_000)
  afterAll(() => lab.shutdown())

  const node = '10.240.0.4'
  const oc = (line: string, stdin = '') => labKubectl(lab, line, { tool: ocTool, stdin })

  test.each([
    ['says who you are', 'whoami', 'admin\n'],
    [
      'says who somebody else is',
      'whoami --as=system:serviceaccount:shop:x',
      'system:serviceaccount:shop:x\n',
    ],
    [
      'says which OpenShift it is',
      'version',
      /^Client Version: 4.*\nServer Version: 4\.14\.38\nKubernetes Version: v1\.27/s,
    ],
    [
      'shows the cluster’s version in its columns',
      'get clusterversion',
      /VERSION +AVAILABLE +PROGRESSING +SINCE +STATUS\nversion +4\.14\.38 +True +False +\d+d +Cluster version is 4\.14\.38/,
    ],
    [
      'has no project at first',
      'project',
      'No project has been set. Pass a project name to make that the default.\n',
    ],
    ['drains below adm', `adm cordon ${node}`, `node/${node} cordoned\n`],
    ['takes it back', `adm uncordon ${node}`, `node/${node} uncordoned\n`],
    [
      'reads words behind a pod as its command',
      'rsh -n calico-system ds/calico-node ls -d /var/run/calico',
      '/var/run/calico\n',
    ],
  ])('%s', async (_, line, stdout) => {
    const output = await oc(line)
    expect(output.stdout).toEqual(stdout instanceof RegExp ? expect.stringMatching(stdout) : stdout)
    expect(output.code).toBe(0)
  })

  test.each([
    ['has drain below adm only', `drain ${node}`, 'error: unknown command "drain" for "oc"\n'],
    [
      'names itself in usages',
      'adm drain',
      "error: USAGE: adm drain NODE [flags]\nSee 'oc adm drain -h' for help and examples\n",
    ],
    ['says what to do in place of logging in', 'login', /^error: the lab's oc has no "login": .*oc whoami/],
    [
      'lists projects for one that there is not',
      'project nope',
      /^error: A project named "nope" does not exist on "https:.*\nYour projects are:\n\* calico-system\n/,
    ],
    [
      'has no token where a certificate says who you are',
      'whoami -t',
      'error: no token is currently in use for this session\n',
    ],
  ])('%s', async (_, line, stderr) => {
    const output = await oc(line)
    expect(output.stderr).toEqual(stderr instanceof RegExp ? expect.stringMatching(stderr) : stderr)
    expect(output.code).toBe(1)
  })

  test('debugs a node from a pod that it takes away, in a namespace of its own', async () => {
    const { stdout, stderr, code } = await oc(`debug node/${node} -- chroot /host cat /etc/hostname`)
    expect({ stdout, code }).toEqual({ stdout: expect.stringMatching(/^kube-/), code: 0 })
    expect(stderr).toMatch(
      /^Temporary namespace (openshift-debug-\w{5}) is created for debugging node\.\.\.\nStarting pod\/1024004-debug-\w{5} \.\.\.\nTo use host binaries, run `chroot \/host`.*\n\nRemoving debug pod \.\.\.\nTemporary namespace \1 was removed\.\n$/,
    )
    await lab.advance(60_000)
    expect((await oc('get ns,pods -A -o name')).stdout).not.toContain('debug')
  })

  test('hands a node’s shell what is typed, and tells that a command failed', async () => {
    expect((await oc(`debug node/${node} -q`, 'ls /host/etc/cni/net.d\n')).stdout).toContain(
      '10-calico.conflist',
    )
    const failed = await oc(`debug node/${node} -q -- sh -c 'exit 3'`)
    expect(failed).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: non-zero exit code from debug container\n',
    })
  })

  test.each([
    ['shows what a command said', '-it --profile=sysadmin -- chroot /host cat /etc/hostname', /\nkube-/],
    [
      'leaves a pod to whoever does not look',
      '--profile=general',
      /^Creating debugging pod node-debugger-10\.240\.0\.4-\w{5} with container debugger on node 10\.240\.0\.4\.\n$/,
    ],
  ])('kubectl debug node/… %s', async (_, words, stdout) => {
    const output = await labKubectl(lab, `debug node/${node} --image=busybox ${words}`)
    expect(output.stdout).toMatch(stdout)
    expect(output.code).toBe(0)
  })
})
