import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wallClock } from '#base/clock.ts'
import { faults } from '#cli/faults.ts'
import { type ServedLab, serveLab } from '#lab/serve/serve.ts'
import { LabStates } from '#lab/serve/state.ts'
import { kubectls } from '../../scripts/kubectl.ts'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const folder = mkdtempSync(join(tmpdir(), 'ninelives-kubectl-'))
const states = new LabStates({ XDG_STATE_HOME: folder })
const found = kubectls()
let served: ServedLab

beforeAll(async () => {
  served = await serveLab({
    name: 'kubectl',
    nodes: 5,
    flavour: 'plain',
    seed: 'kubectl',
    speed: 1,
    port: 0,
    states,
    faults,
    clock: wallClock,
    signal: new AbortController().signal,
  })
  writeFileSync(
    join(folder, 'config-map.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied, namespace: shop}\ndata: {colour: blue}\n',
  )
}, 60_000)

afterAll(async () => {
  await served?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** One line per command: what is typed, and what its output must hold. `$POD` is a frontend pod's name. */
const commands: readonly { readonly typed: string; readonly shows: RegExp; readonly code?: number }[] = [
  { typed: 'get nodes', shows: /^k8s-worker-03 +Ready +<none> +\S+ +v1\.31\.\d+$/m },
  {
    typed: 'get nodes -o wide',
    shows: /k8s-control-01 +Ready +control-plane .* 10\.0\.0\.11 .*containerd:\/\/1\.7\.27/,
  },
  { typed: 'get nodes -o name', shows: /^node\/k8s-control-01$/m },
  { typed: 'get pods -A', shows: /^kube-system +calico-node-\w{5} +1\/1 +Running +0 /m },
  { typed: 'get pods -n kube-system -l k8s-app=calico-node -o wide', shows: /10\.0\.0\.23 +k8s-worker-03/ },
  {
    typed: 'get pods -n shop --field-selector spec.nodeName=k8s-worker-03',
    shows: /frontend-\S+ +1\/1 +Running/,
  },
  { typed: 'get ds -n kube-system', shows: /^calico-node +5 +5 +5 +5 +5 +kubernetes\.io\/os=linux/m },
  { typed: 'get deploy,rs,svc,endpoints -n shop', shows: /deployment\.apps\/frontend +4\/4 +4 +4/ },
  { typed: 'get ippools.crd.projectcalico.org', shows: /default-ipv4-ippool/ },
  {
    typed: 'get node k8s-worker-01 -o jsonpath={.metadata.annotations.projectcalico\\.org/IPv4Address}',
    shows: /^10\.0\.0\.21\/24$/,
  },
  {
    typed: 'describe node k8s-worker-03',
    shows: /NetworkUnavailable +False .*CalicoIsUp +Calico is running on this node/,
  },
  {
    typed: 'describe pod -n shop $POD',
    shows: /Normal +Scheduled +.*Successfully assigned shop\/\$POD to k8s-worker-/,
  },
  { typed: 'describe ds -n kube-system calico-node', shows: /Desired Number of Nodes Scheduled: 5/ },
  {
    typed: 'logs -n kube-system ds/calico-node -c calico-node --tail=500',
    shows: /bird: Mesh_10_0_0_\d+: State changed to up/,
  },
  { typed: 'logs -n shop $POD --tail=3', shows: /./ },
  { typed: 'exec -n shop $POD -- cat /etc/hostname', shows: /^\$POD$/m },
  { typed: 'exec -n shop $POD -- sh -c "exit 7"', shows: /command terminated with exit code 7/, code: 7 },
  { typed: 'get events -n shop', shows: /Scheduled|Pulled|Created|Started/ },
  { typed: 'label node k8s-worker-04 zone=b', shows: /node\/k8s-worker-04 labeled/ },
  {
    typed: 'patch node k8s-worker-04 -p {"metadata":{"labels":{"zone":"c"}}}',
    shows: /node\/k8s-worker-04 patched/,
  },
  { typed: 'annotate node k8s-worker-04 note=x --overwrite', shows: /node\/k8s-worker-04 (annotated|not)/ },
  { typed: 'apply -f $DIR/config-map.yaml', shows: /configmap\/applied (created|unchanged|configured)/ },
  { typed: 'get cm -n shop applied -o jsonpath={.data.colour}', shows: /^blue$/ },
  { typed: 'cordon k8s-worker-04', shows: /node\/k8s-worker-04 cordoned/ },
  { typed: 'get node k8s-worker-04', shows: /Ready,SchedulingDisabled/ },
  { typed: 'uncordon k8s-worker-04', shows: /node\/k8s-worker-04 uncordoned/ },
  {
    typed: 'drain k8s-worker-04 --ignore-daemonsets --delete-emptydir-data --timeout=90s',
    shows: /node\/k8s-worker-04 (drained|evicted)/,
  },
  { typed: 'uncordon k8s-worker-04', shows: /node\/k8s-worker-04 uncordoned/ },
  {
    typed: 'rollout status -n kube-system ds/calico-node --timeout=60s',
    shows: /daemon set "calico-node" successfully rolled out/,
  },
  { typed: 'get pod -n shop nope', shows: /Error from server \(NotFound\): pods "nope" not found/, code: 1 },
]

describe.each(found.map(({ version, path }) => ({ version, path })))(
  'kubectl $version',
  ({ version, path }) => {
    const home = join(folder, version)
    const run = async (typed: string): Promise<Ran> => {
      const pod = await podName()
      const argv = words(typed.replace('$POD', pod).replace('$DIR', folder))
      const ran = await kubectl(path, argv, home)
      return {
        ...ran,
        stdout: ran.stdout.replaceAll(pod, '$POD'),
        stderr: ran.stderr.replaceAll(pod, '$POD'),
      }
    }
    const podName = async (): Promise<string> => {
      const { stdout } = await kubectl(
        path,
        ['get', 'pods', '-n', 'shop', '-l', 'app=frontend', '-o', 'jsonpath={.items[0].metadata.name}'],
        home,
      )
      return stdout.trim()
    }

    test.each(commands)(
      '$typed',
      async ({ typed, shows, code = 0 }) => {
        const ran = await run(typed)
        expect(`${ran.stdout}${ran.stderr}`).toMatch(shows)
        expect(ran.code).toBe(code)
      },
      120_000,
    )

    test('delete pod: the DaemonSet brings another', async () => {
      const { stdout } = await kubectl(
        path,
        [
          'get',
          'pods',
          '-n',
          'kube-system',
          '-l',
          'k8s-app=calico-node',
          '--field-selector',
          'spec.nodeName=k8s-worker-02',
          '-o',
          'name',
        ],
        home,
      )
      const deleted = await kubectl(path, ['delete', '-n', 'kube-system', stdout.trim()], home)
      expect(deleted.stdout).toMatch(/^pod "calico-node-\w{5}" deleted/)
      const rolled = await kubectl(
        path,
        ['rollout', 'status', '-n', 'kube-system', 'ds/calico-node', '--timeout=90s'],
        home,
      )
      expect(rolled.stdout).toMatch(/successfully rolled out/)
    }, 120_000)
  },
)

test('a kubectl was found', () => {
  expect(
    found.map(({ version }) => version),
    'scripts/kubectl.ts fetches one where there is apt-get',
  ).not.toEqual([])
})

/** Splits as a shell would, quotes included; enough for the lines above. */
const words = (typed: string): string[] =>
  [...typed.matchAll(/"([^"]*)"(?=\s|$)|(\S+)/g)].map(([, quoted, bare]) => quoted ?? (bare as string))

function kubectl(path: string, argv: readonly string[], home: string): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      path,
      argv as string[],
      {
        env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: states.kubeconfigOf('kubectl') },
        timeout: 100_000,
      },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
  })
}
