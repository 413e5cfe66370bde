/** `kubectl cp` from the control plane's machine, whose files it reads and writes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

describe('kubectl cp', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'cp', nodes: 3 })
  }, 60_000)
  afterAll(() => lab.shutdown())

  const typed = async (script: string) => {
    const before = `api=$(kubectl get pods -n shop -o name | grep /api | head -n 1 | cut -d / -f 2); dns=$(kubectl get pods -n kube-system -o name | grep coredns | head -n 1 | cut -d / -f 2); ${script}`
    const { stdout, stderr, code } = await lab.run('k8s-control-01', ['bash', '-c', before])
    return { said: `${stdout}${stderr}`, code }
  }

  test.each([
    [
      'takes a file into a pod, under another name or into a folder',
      'echo hi > /tmp/a; kubectl cp /tmp/a shop/$api:/tmp/b && kubectl cp -n shop /tmp/a $api:/tmp; kubectl exec -n shop $api -- cat /tmp/a /tmp/b',
      'hi\nhi\n',
    ],
    [
      'brings a file, and a folder with what is in it',
      'kubectl cp shop/$api:/etc/hostname /tmp/name && kubectl cp shop/$api:/etc /tmp/etc; diff /tmp/name /tmp/etc/hostname && grep -c ^api- /tmp/name',
      '1\n',
    ],
    [
      'spoils no bytes, on the way there or back',
      'echo AP/igqziyIyfi+2ggOI= | base64 -d > /tmp/bin; kubectl cp /tmp/bin shop/$api:/tmp/bin && kubectl cp shop/$api:/tmp/bin /tmp/back && cmp /tmp/bin /tmp/back; md5sum < /tmp/bin; kubectl exec -n shop $api -- md5sum /tmp/bin; wc -c < /tmp/back; stat -c %s /tmp/back; base64 /tmp/back',
      '3353445f5128e83bf9cb6cefe44b29c5  -\n3353445f5128e83bf9cb6cefe44b29c5  /tmp/bin\n14\n14\nAP/igqziyIyfi+2ggOI=\n',
    ],
    [
      'brings a packed log as it is',
      'kubectl exec -n shop $api -- sh -c "echo H4sIAAAAAAAAA8tIzcnJ5wIAIDA6NgYAAAA= | base64 -d > /tmp/x.gz" && kubectl cp shop/$api:/tmp/x.gz /tmp/x.gz && zcat /tmp/x.gz',
      'hello\n',
    ],
  ])('%s', async (_, script, said) => {
    expect(await typed(script)).toEqual({ said, code: 0 })
  })

  test.each([
    ['a b', 'error: one of src or dest must be a remote file specification\n'],
    ['shop/$api:a shop/$api:b', 'error: one of src or dest must be a local file specification\n'],
    ['/tmp/a', 'error: source and destination are required\n'],
    [':a b', 'error: filespec must match the canonical format: [[namespace/]pod:]file/path\n'],
    ['/tmp/nope shop/$api:/tmp/', "error: /tmp/nope doesn't exist in local filesystem\n"],
    ['/etc/hosts shop/nope:/x', 'Error from server (NotFound): pods "nope" not found\n'],
    [
      '/etc/hosts kube-system/$dns:/x',
      expect.stringMatching(/exec: "tar": executable file not found in \$PATH/),
    ],
    ['kube-system/$dns:/x /tmp/x', expect.stringMatching(/exec: "tar": executable file not found in \$PATH/)],
  ])('%s is refused', async (words, said) => {
    expect(await typed(`kubectl cp ${words}`)).toEqual({ said, code: 1 })
  })
})
