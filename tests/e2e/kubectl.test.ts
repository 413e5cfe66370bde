/** Real kubectls, an old and a new one, on a served lab: one line per command that people type. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wallClock } from '#base/clock.ts'
import { faults } from '#cli/faults.ts'
import { calicoManifests } from '#lab/calico/index.ts'
import { type ServedLab, serveLab } from '#lab/serve/serve.ts'
import { LabStates } from '#lab/serve/state.ts'
import { kubectls } from '../../scripts/kubectl.ts'
import { cliIn, ran, type Said, words } from './cli.ts'

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
  writeFileSync(join(folder, 'config-map.yaml'), configMap('applied'))
  const items = calicoManifests({ flavour: 'plain' })
  writeFileSync(join(folder, 'calico.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  writeFileSync(join(folder, 'editor'), '#!/bin/sh\nsed -i s/blue/green/ "$1"\n')
  chmodSync(join(folder, 'editor'), 0o755)
}, 60_000)

afterAll(async () => {
  await served?.close()
  rmSync(folder, { recursive: true, force: true })
})

const configMap = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\ndata: {colour: blue}\n`

interface Case {
  readonly typed: string
  readonly shows: RegExp
  readonly code?: number
  /** Only kubectls from this minor version on know it. */
  readonly from?: number
  /** Would go on for ever: ended when it has shown what it should. */
  readonly goesOn?: boolean
}

/** What only looks. `$POD` is a frontend pod's name, `$DIR` a folder. These run side by side. */
const looks: readonly Case[] = [
  { typed: 'get nodes', shows: /^k8s-worker-03 +Ready +<none> +\S+ +v1\.31\.\d+$/m },
  {
    typed: 'get nodes -o wide',
    shows: /k8s-control-01 +Ready +control-plane .* 10\.0\.0\.11 .*containerd:\/\/1\.7\.27/,
  },
  { typed: 'get nodes -o name', shows: /^node\/k8s-control-01$/m },
  { typed: 'get nodes -l node-role.kubernetes.io/control-plane -o name', shows: /^node\/k8s-control-01\n$/ },
  { typed: 'get pods -A', shows: /^kube-system +calico-node-\w{5} +1\/1 +Running +0 /m },
  { typed: 'get pods -n kube-system -l k8s-app=calico-node -o wide', shows: /10\.0\.0\.23 +k8s-worker-03/ },
  {
    typed: 'get pods -A --field-selector spec.nodeName=k8s-worker-03',
    shows: /calico-node-\S+ +1\/1 +Running/,
  },
  { typed: 'get pods -n shop -w', shows: /^frontend-\S+ +1\/1 +Running/m, goesOn: true },
  {
    typed: 'get pod -n shop $POD -o yaml',
    shows: /^apiVersion: v1\nkind: Pod\n[\s\S]*\n {2}podIP: 10\.244\./,
  },
  { typed: 'get ds -n kube-system', shows: /^calico-node +5 +5 +5 +5 +5 +kubernetes\.io\/os=linux/m },
  { typed: 'get deploy,rs,svc,endpoints -n shop', shows: /deployment\.apps\/frontend +4\/4 +4 +4/ },
  { typed: 'get ippools.crd.projectcalico.org', shows: /default-ipv4-ippool/ },
  {
    typed: 'get node k8s-worker-01 -o jsonpath={.metadata.annotations.projectcalico\\.org/IPv4Address}',
    shows: /^10\.0\.0\.21\/24$/,
  },
  { typed: 'get events -n shop', shows: /Scheduled|Pulled|Created|Started/ },
  {
    typed: 'events -n shop',
    shows: /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n[\s\S]*Normal +Started/,
    from: 26,
  },
  {
    typed: 'describe node k8s-worker-03',
    shows: /NetworkUnavailable +False .*CalicoIsUp +Calico is running on this node/,
  },
  {
    typed: 'describe node k8s-control-01',
    shows: /^Roles: +control-plane$[\s\S]*^Taints: +<none>$/m, // its owner wants pods there
  },
  {
    typed: 'describe pod -n shop $POD',
    shows: /Normal +Scheduled +.*Successfully assigned shop\/\$POD to k8s-worker-/,
  },
  { typed: 'describe ds -n kube-system calico-node', shows: /Desired Number of Nodes Scheduled: 5/ },
  { typed: 'describe svc -n shop api', shows: /^Endpoints: +10\.244\.\S+:8080/m },
  {
    typed: 'logs -n kube-system ds/calico-node -c calico-node --tail=500',
    shows: /bird: Mesh_10_0_0_\d+: State changed to up/,
  },
  { typed: 'logs -n shop $POD --tail=3', shows: /./ },
  { typed: 'logs -n shop $POD --since=1ms', shows: /^$/ },
  {
    typed: 'logs -n shop $POD -p',
    shows: /previous terminated container "frontend" in pod "\$POD" not found/,
    code: 1,
  },
  { typed: 'exec -n shop $POD -- cat /etc/hostname', shows: /^\$POD$/m },
  {
    typed: 'exec -n kube-system ds/calico-node -c calico-node -- cat /etc/hostname',
    shows: /^k8s-\w+-\d\d\n$/,
  },
  { typed: 'exec -n shop $POD -- sh -c "exit 7"', shows: /command terminated with exit code 7/, code: 7 },
  { typed: 'api-resources', shows: /^ippools +\S+ +false +IPPool$|^ippools +false +crd\S+ +IPPool$/m },
  { typed: 'explain pod.spec', shows: /containers\s+<\[\]Container>/, from: 27 },
  { typed: 'auth can-i delete pods', shows: /^yes$/m },
  { typed: 'top nodes', shows: /Metrics (API )?not available/, code: 1, from: 21 },
  {
    typed: 'rollout status -n kube-system ds/calico-node --timeout=60s',
    shows: /daemon set "calico-node" successfully rolled out/,
  },
  { typed: 'get pod -n shop nope', shows: /Error from server \(NotFound\): pods "nope" not found/, code: 1 },
]

/** What changes something: lines of one list are typed one after the other, and leave the lab as they found it. */
const changes: Readonly<Record<string, readonly Case[]>> = {
  'labels, annotations and patches': [
    { typed: 'label node k8s-worker-04 zone=b', shows: /node\/k8s-worker-04 labeled/ },
    { typed: 'label node k8s-worker-04 zone=c', shows: /already has a value \(b\)/, code: 1 },
    {
      typed: 'patch node k8s-worker-04 -p {"metadata":{"labels":{"zone":"c"}}}',
      shows: /node\/k8s-worker-04 patched/,
    },
    { typed: 'get nodes -l zone=c -o name', shows: /^node\/k8s-worker-04\n$/ },
    { typed: 'label node k8s-worker-04 zone-', shows: /node\/k8s-worker-04 (un)?labeled/ },
    { typed: 'annotate node k8s-worker-04 note=x --overwrite', shows: /node\/k8s-worker-04 annotated/ },
    { typed: 'annotate node k8s-worker-04 note-', shows: /node\/k8s-worker-04 annotated/ },
  ],
  'objects from files, and an editor': [
    { typed: 'apply -f $DIR/config-map.yaml', shows: /configmap\/applied created/ },
    { typed: 'apply -f $DIR/config-map.yaml', shows: /configmap\/applied unchanged/ },
    { typed: 'edit cm -n shop applied', shows: /configmap\/applied edited/ },
    { typed: 'get cm -n shop applied -o jsonpath={.data.colour}', shows: /^green$/ },
    { typed: 'delete -f $DIR/config-map.yaml', shows: /configmap "applied" deleted/ },
  ],
  'the manifest that the cluster was made with changes nothing when it is applied again': [
    // Where a manifest writes out `readOnly: false`, kubectl sends it each time and says "configured": the server keeps no such word.
    { typed: 'apply -f $DIR/calico.json', shows: /^deployment\.apps\/calico-kube-controllers unchanged$/m },
    { typed: 'get ds -n kube-system calico-node -o jsonpath={.metadata.generation}', shows: /^1$/ },
  ],
  'a node is drained and given back': [
    { typed: 'cordon k8s-worker-04', shows: /node\/k8s-worker-04 cordoned/ },
    { typed: 'get node k8s-worker-04', shows: /Ready,SchedulingDisabled/ },
    {
      typed: 'drain k8s-worker-04 --ignore-daemonsets --delete-emptydir-data --timeout=90s',
      shows: /evicting pod shop\/frontend-[\s\S]*node\/k8s-worker-04 (drained|evicted)/,
    },
    { typed: 'uncordon k8s-worker-04', shows: /node\/k8s-worker-04 uncordoned/ },
    { typed: 'rollout restart -n shop deploy/frontend', shows: /deployment\.apps\/frontend restarted/ },
    {
      typed: 'rollout status -n shop deploy/frontend --timeout=90s',
      shows: /deployment "frontend" successfully rolled out/,
    },
    { typed: 'rollout history -n shop deploy/frontend', shows: /^2 +<none>$/m },
    { typed: 'delete pod -n shop $POD --wait', shows: /^pod "\$POD" deleted/ },
    { typed: 'get pod -n shop $GONE', shows: /NotFound/, code: 1 },
    { typed: 'wait -n shop --for=condition=Available deploy/frontend --timeout=90s', shows: /condition met/ },
  ],
}

describe.each(found.map(({ version, path }) => ({ version, path })))(
  'kubectl $version',
  ({ version, path }) => {
    const minor = Number(version.split('.')[1])
    const kubectl = (
      argv: readonly string[],
      o: { readonly timeoutMs?: number; readonly until?: RegExp; readonly stdin?: string } = {},
    ): Promise<Said> =>
      ran(path, argv, {
        env: {
          PATH: process.env['PATH'],
          HOME: join(folder, version),
          KUBECONFIG: states.kubeconfigOf('kubectl'),
          KUBE_EDITOR: join(folder, 'editor'),
        },
        ...o,
      })
    const anyPodOf = async (app: string): Promise<string> => {
      const { stdout } = await kubectl(
        words(`get pods -n shop -l app=${app} -o jsonpath={.items[0].metadata.name}`),
      )
      return stdout.trim()
    }
    const anyFrontend = (): Promise<string> => anyPodOf('frontend')
    const holds = async ({ typed, shows, code = 0, goesOn }: Case, pods: { pod: string; gone: string }) => {
      const line = typed.replace('$POD', pods.pod).replace('$GONE', pods.gone).replace('$DIR', folder)
      const { code: exit, stdout, stderr } = await kubectl(words(line), goesOn ? { until: shows } : {})
      expect(`${stdout}${stderr}`.replaceAll(pods.pod, '$POD'), typed).toMatch(shows)
      if (!goesOn) expect(exit, typed).toBe(code)
    }

    test.concurrent.each(looks.filter(({ from = 0 }) => minor >= from))(
      '$typed',
      async (each) => holds(each, { pod: await anyFrontend(), gone: '' }),
      60_000,
    )

    test.each(Object.entries(changes))(
      '%s',
      async (_, lines) => {
        let gone = ''
        for (const each of lines) {
          const pod = each.typed.includes('$POD') ? await anyFrontend() : 'no pod'
          await holds(each, { pod, gone })
          if (each.typed.startsWith('delete pod')) gone = pod
        }
      },
      120_000,
    )

    describe('what is piped in ends', () => {
      const name = `typed-${minor}`
      const image = '--image=docker.io/library/busybox:1.36'
      const typed = (line: string, stdin: string): Promise<Said> =>
        kubectl(words(line), { timeoutMs: 20_000, stdin })

      test('run -i: the input of the container, and how that ended is the answer', async () => {
        const { code, stdout } = await typed(
          `run ${name} --rm -i --restart=Never ${image} -- sh`,
          'hostname\nexit 3\n',
        )
        expect(stdout).toContain(`${name}\n`)
        expect(code).toBe(3)
      }, 60_000)

      test('run -i --leave-stdin-open, attach -i: only the attachment', async () => {
        const open = await typed(`run ${name} -i --leave-stdin-open --restart=Never ${image} -- cat`, 'one\n')
        expect(open.code).toBe(0)
        expect((await typed(`attach ${name} -i`, 'two\n')).code).toBe(0)
        await expect
          .poll(async () => (await kubectl(['logs', name])).stdout, { timeout: 10_000 })
          .toBe('one\ntwo\n')
        expect((await kubectl(['delete', 'pod', name, '--now'])).code).toBe(0)
      }, 60_000)

      if (minor >= 25)
        test('debug -i: the container stays for whoever attaches next', async () => {
          const pod = await anyPodOf('db') // at the frontends others look
          const line = `debug -n shop ${pod} -i -c ${name} ${image} -- cat`
          expect((await typed(line, 'hello\n')).code).toBe(0)
          const log = ['logs', '-n', 'shop', pod, '-c', name]
          await expect.poll(async () => (await kubectl(log)).stdout, { timeout: 10_000 }).toBe('hello\n')
        }, 60_000)
    })

    test('delete pod: the DaemonSet brings another', async () => {
      const { stdout } = await kubectl(
        words(
          'get pods -n kube-system -l k8s-app=calico-node --field-selector spec.nodeName=k8s-worker-02 -o name',
        ),
      )
      const deleted = await kubectl(['delete', '-n', 'kube-system', stdout.trim()])
      expect(deleted.stdout).toMatch(/^pod "calico-node-\w{5}" deleted/)
      const rolled = await kubectl(words('rollout status -n kube-system ds/calico-node --timeout=90s'))
      expect(rolled.stdout).toMatch(/successfully rolled out/)
    }, 120_000)
  },
)

/** Ours lacks these; what it has must show the same. */
const notOurs = /^(explain|edit|describe pod) |colour/

describe('ninelives lab kubectl, for those who have none', () => {
  const ours = cliIn(folder)
  const kubectl = (line: string, stdin?: string): Promise<Said> =>
    ours(['lab', 'kubectl', '--name', 'kubectl', '--', ...words(line)], stdin === undefined ? {} : { stdin })

  test('shows what the real ones show', async () => {
    const listed = await kubectl('get pods -n shop -l app=frontend -o jsonpath={.items[0].metadata.name}')
    const pod = listed.stdout.trim()
    for (const { typed, shows, code = 0 } of looks.filter(
      ({ typed, goesOn }) => !notOurs.test(typed) && goesOn !== true,
    )) {
      const said = await kubectl(typed.replace('$POD', pod))
      expect(`${said.stdout}${said.stderr}`.replaceAll(pod, '$POD'), typed).toMatch(shows)
      expect(said.code, typed).toBe(code)
    }
  }, 60_000)

  test('takes files, standard input and Ctrl-C', async () => {
    expect((await kubectl('apply -f config-map.yaml')).stdout).toBe('configmap/applied created\n')
    expect((await kubectl('delete -f -', configMap('applied'))).stdout).toBe('configmap "applied" deleted\n')
    expect((await kubectl('exec -i -n shop deploy/api -- cat', 'hi')).stdout).toBe('hi')
    const stop = new AbortController()
    const followed = await ours(['lab', 'kubectl', '--name', 'kubectl', '--', 'get', 'nodes', '-w'], {
      signal: stop.signal,
      onWrite: () => stop.abort(),
    })
    expect(followed.code).toBe(130)
  }, 60_000)
})

test('a kubectl was found', () => {
  expect(
    found.map(({ version }) => version),
    'scripts/kubectl.ts fetches one where there is apt-get',
  ).not.toEqual([])
})
