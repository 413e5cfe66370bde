/** kubectl on the control plane's machine, as somebody there types it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

describe('/usr/bin/kubectl on the control plane', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'kubectl', nodes: 3 })
  }, 60_000)
  afterAll(() => lab.shutdown())

  const typed = (script: string, node = 'k8s-control-01') => lab.run(node, ['bash', '-c', script])

  test.each([
    ['reads the administrator’s kubeconfig, in a pipe', 'kubectl get nodes | grep -c " Ready "', '3\n'],
    [
      'hands standard input to a command in a pod',
      'echo hi | kubectl exec -i -n shop deploy/api -- cat',
      'hi\n',
    ],
    [
      'takes objects from standard input',
      'kubectl create ns x -o yaml --dry-run=client | kubectl apply -f -',
      'namespace/x created\n',
    ],
    [
      'takes objects from files',
      'kubectl create ns y -o yaml --dry-run=client > /tmp/y; kubectl create -f /tmp/y',
      'namespace/y created\n',
    ],
    [
      'is whom $KUBECONFIG says',
      'KUBECONFIG=/etc/kubernetes/kubelet.conf kubectl auth can-i list secrets -A',
      'no - can only read namespaced object of this type\n',
    ],
    ['follows until it is ended', 'timeout 5 kubectl get pods -w -n default >/dev/null; echo $?', '124\n'],
    [
      'applies what is there, and no generation moves',
      'kubectl get ds -n kube-system calico-node -o yaml | grep -v resourceVersion | kubectl apply -f - >/dev/null; kubectl get ds -n kube-system calico-node -o jsonpath={.metadata.generation}',
      '1',
    ],
    [
      'applies what is there, where two ports have one number',
      'kubectl get deploy -n kube-system coredns -o yaml | grep -v resourceVersion | kubectl apply -f - >/dev/null 2>&1; kubectl get deploy -n kube-system coredns -o jsonpath={.metadata.generation}',
      '1',
    ],
    [
      'waits for a rollout in the lab’s time',
      'kubectl -n shop rollout restart deploy/db >/dev/null; kubectl -n shop rollout status deploy/db | tail -1',
      'deployment "db" successfully rolled out\n',
    ],
  ])('%s', async (_, script, stdout) => {
    expect((await typed(script)).stdout).toBe(stdout)
  })

  test.each([
    [
      'ends as the command in the pod ended',
      'kubectl exec -n shop deploy/api -- sh -c "exit 7"',
      7,
      'command terminated with exit code 7',
    ],
    [
      'asks localhost without a kubeconfig',
      'HOME=/tmp kubectl get nodes',
      1,
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    ],
    [
      'says what it does not know',
      'kubectl get pods --nope',
      1,
      "error: unknown flag: --nope\nSee 'kubectl get --help' for usage.",
    ],
    ['says why it has no editor', 'kubectl edit node k8s-worker-01', 1, 'the lab\'s kubectl has no "edit"'],
  ])('%s', async (_, script, code, says) => {
    const output = await typed(script)
    expect(output.code).toBe(code)
    expect(output.stderr).toContain(says)
  })

  test('workers have none', async () => {
    expect((await typed('kubectl get nodes', 'k8s-worker-01')).code).toBe(127)
  })

  test('without a server it is refused', async () => {
    await typed('systemctl stop kubelet; crictl stop $(crictl ps -q --name kube-apiserver)')
    expect((await typed('kubectl get nodes')).stderr).toBe(
      'The connection to the server 10.0.0.11:6443 was refused - did you specify the right host or port?\n',
    )
  })
})
