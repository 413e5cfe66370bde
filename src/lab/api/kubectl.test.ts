/** Real kubectls against a served API with seeded objects; the whole lab's end-to-end tests are elsewhere. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bench, startBench } from '#lab/api/kubectl-bench.ts'
import { seedCluster } from '#lab/api/kubectl-seed.ts'

const unpacked = join(import.meta.dirname, '../../../.cache/kubernetes-client/usr/bin/kubectl')

function usable(path: string): boolean {
  try {
    execFileSync(path, ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const kubectls = [...(existsSync(unpacked) ? [unpacked] : []), 'kubectl'].filter(usable)

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

if (kubectls.length === 0) test.skip('no kubectl was found: on the PATH, or Debian’s in .cache', () => {})

describe.each(kubectls)('%s', (path) => {
  let bench: Bench
  let home: string

  beforeAll(async () => {
    bench = await startBench()
    seedCluster(bench)
    home = mkdtempSync(join(tmpdir(), 'lab-kubectl-'))
  })

  afterAll(async () => {
    await bench.close()
    rmSync(home, { recursive: true, force: true })
  })

  const kubectl = (line: string, stdin = ''): Promise<Ran> =>
    new Promise((resolve) => {
      const args = [...line.split(' '), `--server=${bench.served.url}`, '--kubeconfig=/dev/null']
      // The server's flag goes before what is for the container.
      const split = args.indexOf('--')
      const ordered =
        split === -1 ? args : [...args.slice(0, split), ...args.slice(-2), ...args.slice(split, -2)]
      const child = execFile(
        path,
        ordered,
        { env: { HOME: home, PATH: process.env.PATH ?? '' }, timeout: 20_000 },
        (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
      )
      child.stdin?.end(stdin)
    })

  const says = async (
    line: string,
    expected: string | RegExp,
    o: { readonly code?: number; readonly stdin?: string } = {},
  ): Promise<void> => {
    const ran = await kubectl(line, o.stdin)
    const all = `${ran.out}${ran.err}`
    if (typeof expected === 'string') expect(all).toContain(expected)
    else expect(all).toMatch(expected)
    expect(ran.code).toBe(o.code ?? 0)
  }

  test.concurrent.each<[string, string | RegExp, number?]>([
    ['get nodes', /^n1\s+Ready\s+worker\s+\d+s\s+v1\.31\.9$/m],
    ['get pods -A -o wide', /^kube-system\s+agent-x\s+2\/2\s+Running\s+0\s+\d+s\s+10\.244\.0\.5\s+n1/m],
    ['get pods -A --field-selector spec.nodeName=n2', 'No resources found'],
    ['get ippools', 'default-ipv4-ippool'],
    ['get nope', `the server doesn't have a resource type "nope"`, 1],
    ['get pod nope', 'Error from server (NotFound): pods "nope" not found', 1],
    ['get events', 'Successfully assigned default/web to n1'],
    ['describe node n1', /HolderIdentity:\s+n1[\s\S]*KubeletReady[\s\S]*agent-x/],
    ['describe pod web', /Node:\s+n1\/10\.0\.0\.21[\s\S]*Restart Count:\s+0[\s\S]*QoS Class:\s+BestEffort/],
    ['describe ds agent -n kube-system', 'Desired Number of Nodes Scheduled: 1'],
    ['logs web -c c1 --tail=2', 'line 9\nline 10\n'],
    ['logs web -c c1 -f --tail=1', 'line 10\nline 11\n'],
    ['logs web -c c1 -p', 'previous terminated container "c1" in pod "web" not found', 1],
    ['exec web -c c1 -- echo hello world', 'hello world\n'],
    ['exec web -c c1 -- fail', 'command terminated with exit code 3', 3],
    ['exec web -c c1 -- gone', 'unable to upgrade connection: container not found ("c1")', 1],
    ['rollout status ds/agent -n kube-system --timeout=5s', 'daemon set "agent" successfully rolled out'],
    ['wait --for=condition=Ready pod/web --timeout=5s', 'pod/web condition met'],
    ['auth can-i get pods', 'yes'],
    ['api-resources', /^pods\s+po\s+/m],
  ])('%s', async (line, expected, code) => {
    await says(line, expected, code === undefined ? {} : { code })
  })

  test('stdin reaches the command', () => says('exec -i web -c c1 -- cat', 'through', { stdin: 'through' }))

  test('nodes are cordoned, tainted, labelled and given back', async () => {
    await says('cordon n1', 'node/n1 cordoned')
    await says('get nodes', 'Ready,SchedulingDisabled')
    await says('uncordon n1', 'node/n1 uncordoned')
    await says('label node n1 zone=a', 'node/n1 labeled')
    await says('taint node n1 k=v:NoSchedule', 'node/n1 tainted')
    await says('get node n1 -o jsonpath={.spec.taints[0].key}{.metadata.labels.zone}', 'ka')
    await says('taint node n1 k-', 'node/n1 untainted')
  })

  test('manifests are applied, changed, replaced and deleted', async () => {
    const file = join(home, 'map.yaml')
    const write = (value: string): void =>
      writeFileSync(
        file,
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: default}\ndata: {a: "${value}"}\n`,
      )
    write('1')
    await says(`apply -f ${file}`, 'configmap/m created')
    await says(`apply -f ${file}`, 'configmap/m unchanged')
    write('2')
    await says(`diff -f ${file}`, '+  a: "2"', { code: 1 })
    await says(`apply --dry-run=server -f ${file}`, 'configmap/m configured (server dry run)')
    await says(`apply -f ${file}`, 'configmap/m configured')
    await says(`apply --server-side --force-conflicts -f ${file}`, 'configmap/m serverside-applied')
    await says(`replace -f ${file}`, 'configmap/m replaced')
    await says(`create -f ${file}`, 'configmaps "m" already exists', { code: 1 })
    await says('patch cm m -p {"data":{"b":"3"}}', 'configmap/m patched')
    await says('get cm m -o jsonpath={.data}', '{"a":"2","b":"3"}')
    await says('delete cm m', 'configmap "m" deleted')
  })

  test('namespaces and config maps are created by typed clients', async () => {
    await says('create ns foo', 'namespace/foo created')
    await says('create configmap lit --from-literal=k=v -n foo', 'configmap/lit created')
    await says('get cm lit -n foo -o jsonpath={.data.k}', 'v')
  })

  test('a drain waits for a pod that its kubelet does not end, and reports it', async () => {
    await says(
      'drain n1 --ignore-daemonsets --force --timeout=3s',
      /evicting pod default\/web[\s\S]*global timeout reached: 3s/,
      { code: 1 },
    )
    await says('delete pod web --grace-period=0 --force', 'force deleted')
    await says('drain n1 --ignore-daemonsets --force --timeout=3s', /node\/n1 (drained|evicted)/)
  })

  test('a stopped server closes its connections', async () => {
    const [process] = [bench.api.process]
    process?.task.stop()
    const ran = await kubectl('get --raw /api/v1/nodes') // one request: discovery would try again and again
    expect(ran.code).toBe(1)
    expect(ran.err).toMatch(/reset by peer|EOF|an error on the server/)
  })
})

test('a client whose clock is behind the lab sees ages that are right', async () => {
  const bench = await startBench({ skewMs: -7_200_000 })
  try {
    seedCluster(bench)
    const body = await (await fetch(`${bench.served.url}/api/v1/nodes/n1`)).text()
    const shown = /"creationTimestamp":"([^"]+)"/.exec(body)?.[1] ?? ''
    const stored = (
      await bench.kube.get({ type: { group: '', version: 'v1', resource: 'nodes' }, name: 'n1' })
    ).metadata
    expect(new Date(stored.creationTimestamp).getTime() - new Date(shown).getTime()).toBe(7_200_000)
  } finally {
    await bench.close()
  }
})
