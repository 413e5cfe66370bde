/**
 * The incident on a served lab, from the strike to the proof that it is mended, through what its people use: the command
 * line and kubectl. Its steps build on each other.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubectls } from '../../scripts/kubectl.ts'
import { cliIn, type ForegroundLab, labUp, ran, type Said, words } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'ninelives-incident-'))
const cli = cliIn(folder)
const newest = kubectls().at(-1)
const struck = 'k8s-worker-03'
const lab = (...argv: readonly string[]): Promise<Said> =>
  cli(['lab', argv[0] as string, '--name', 'incident', ...argv.slice(1)])
let foreground: ForegroundLab

beforeAll(async () => {
  foreground = await labUp(cli, ['--name', 'incident', '--flavour', 'hardened', '--seed', 'incident'])
}, 60_000)

afterAll(async () => {
  await foreground?.interrupt()
  rmSync(folder, { recursive: true, force: true })
})

/** The shape that others script against (design.md section 9), as far as these tests read it. */
interface DiagnosisJson {
  readonly apiVersion: string
  readonly kind: string
  readonly verdict: string
  readonly cluster: { readonly lab?: string }
  readonly observedAt: string
  readonly causes: readonly {
    readonly id: string
    readonly confidence: string
    readonly where: readonly string[]
    readonly owner: string
    readonly explains: readonly string[]
    readonly evidence: readonly Readonly<Record<'weight' | 'says' | 'quote' | 'source' | 'command', string>>[]
    readonly repair: { readonly disruption: string; readonly steps: readonly unknown[] }
    readonly prevent: readonly string[]
  }[]
  readonly symptoms: readonly unknown[]
  readonly unexplained: readonly unknown[]
  readonly preventive: readonly unknown[]
  readonly unknown: readonly { readonly mode: string; readonly missing: readonly string[] }[]
  readonly next: readonly { readonly command: string; readonly why: string }[]
}

async function diagnosed(...argv: readonly string[]): Promise<DiagnosisJson & { readonly exit: number }> {
  const { code, stdout, stderr } = await cli(['diagnose', ...argv, '-o', 'json'])
  expect(stderr).toBe('')
  return { ...(JSON.parse(stdout) as DiagnosisJson), exit: code }
}

const causesOf = ({ causes }: DiagnosisJson): readonly string[] =>
  causes.map(({ id, confidence, where }) => `${id} ${confidence} ${where.join(' ')}`)

describe('before', () => {
  test('status, list and kubeconfig know the lab', async () => {
    expect((await lab('status')).stdout).toMatch(
      /^\[LAB\] incident: hardened, Kubernetes 1\.31\.9, Calico 3\.29\.3, seed incident\nclock .*\(runs 1:1\)\nnode +k8s-control-01 up$/m,
    )
    expect((await cli(['lab', 'list'])).stdout).toMatch(
      /^incident +hardened +5 +\d+ +http:\/\/127\.0\.0\.1:\d+$/m,
    )
    const [listed] = JSON.parse((await cli(['lab', 'list', '-o', 'json'])).stdout) as Record<
      string,
      unknown
    >[]
    expect(listed).toMatchObject({ name: 'incident', flavour: 'hardened', pid: process.pid })
    expect(listed).not.toHaveProperty('token')
    const path = (await lab('kubeconfig')).stdout.trim()
    expect(readFileSync(path, 'utf8')).toContain('current-context: ninelives-lab-incident')
    expect((await lab('kubeconfig', '--content')).stdout).toBe(readFileSync(path, 'utf8'))
  })

  test('a healthy lab has no cause', async () => {
    const { exit, verdict, causes, kind, apiVersion, cluster } = await diagnosed(
      '--lab',
      'incident',
      '--deep',
    )
    expect({ exit, verdict, causes, kind, apiVersion, lab: cluster.lab }).toEqual({
      exit: 0,
      verdict: 'healthy',
      causes: [],
      kind: 'Diagnosis',
      apiVersion: 'ninelives.dev/v1',
      lab: 'incident',
    })
  })

  test('exec is a root shell: words, scripts, exit codes, options on either side', async () => {
    expect((await lab('exec', struck, '--', 'stat', '-c', '%a %u', '/run/calico')).stdout).toBe('755 10001\n')
    expect((await lab('exec', struck, 'id -un | tr a-z A-Z')).stdout).toBe('ROOT\n')
    expect((await lab('exec', struck, '--', 'printf', '%s|', 'a  b', '$HOME')).stdout).toBe('a  b|$HOME|')
    expect((await lab('exec', struck, '--', 'sh', '-c', 'exit 4')).code).toBe(4)
    expect(await lab('exec', struck, '--', 'nope', '-x')).toMatchObject({
      code: 127,
      stderr: 'bash: nope: command not found\n',
    })
    expect((await cli(['lab', 'exec', struck, '--name', 'incident', '--', 'hostname'])).stdout).toBe(
      `${struck}\n`,
    )
  })

  test.each([
    [
      'an unknown mode',
      ['break', 'nope'],
      /no failure mode "nope".*\nhint: one of: .*runtime-dir-permissions/,
    ],
    [
      'an unknown variant',
      ['break', 'runtime-dir-permissions', '--variant', 'colour'],
      /runtime-dir-permissions has no variant "colour"\nhint: one of: mode, owner, missing/,
    ],
    [
      'an unknown node',
      ['break', 'runtime-dir-permissions', '--node', 'k8s-worker-09'],
      /the lab has no node "k8s-worker-09"\nhint: its nodes: k8s-control-01, /,
    ],
    ['an unknown node to reboot', ['reboot', 'mars'], /the lab has no node "mars"\nhint: /],
    ['an unknown node to run on', ['exec', 'mars', 'true'], /the lab has no node "mars"\nhint: /],
    ['a bad duration', ['advance', '-5m'], /^error: .*-5m.*\n/],
    ['a lab that is there', ['up'], /a lab named "incident" is running\nhint: take it down first: /],
  ] as const)('%s is refused and changes nothing', async (_, argv, says) => {
    const { code, stdout, stderr } = await lab(...argv)
    expect(stderr).toMatch(says)
    expect(stdout).toBe('')
    expect(code).toBe(2)
    expect((await lab('status')).stdout).not.toMatch(/^broken/m)
  })

  test('nothing is there to mend', async () => {
    expect((await lab('mend')).stdout).toMatch(/nothing is broken by `lab break`/)
    expect(await cli(['repair', '--lab', 'incident'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('no plan: nothing was found'),
    })
  })
})

describe('struck', () => {
  beforeAll(async () => {
    const { code, stdout, stderr } = await lab('break', 'runtime-dir-permissions', '--node', struck)
    expect(stdout).toBe(`[LAB] incident: runtime-dir-permissions (mode) struck ${struck}\n`)
    expect(stderr).toMatch(/ninelives lab advance 8m --name incident\n$/)
    expect(code).toBe(0)
    expect((await lab('advance', '10m')).stdout).toBe('[LAB] incident: 10m later\n')
  }, 60_000)

  test('status tells what was broken', async () => {
    expect((await lab('status')).stdout).toMatch(
      /^broken +runtime-dir-permissions \(mode\) on k8s-worker-03$/m,
    )
  })

  if (newest !== undefined)
    describe(`as kubectl ${newest.version} shows it`, () => {
      const kubectl = (line: string): Promise<Said> =>
        ran(newest.path, words(line), {
          env: {
            PATH: process.env['PATH'],
            HOME: folder,
            KUBECONFIG: join(folder, 'ninelives/labs/incident/kubeconfig'),
          },
        })
      const podOf = async (selector: string): Promise<string> =>
        (
          await kubectl(
            `get pods -A ${selector} --field-selector spec.nodeName=${struck} -o jsonpath={.items[0].metadata.name}`,
          )
        ).stdout

      test('the node is Ready, its calico-node is not', async () => {
        expect((await kubectl(`get node ${struck}`)).stdout).toMatch(/ Ready /)
        const pod = await podOf('-l k8s-app=calico-node')
        expect((await kubectl(`get pod -n kube-system ${pod}`)).stdout).toMatch(
          /^calico-node-\w{5} +0\/1 +(Running|CrashLoopBackOff) +[1-9]\d* \(\S+ ago\) /m,
        )
        expect((await kubectl('get ds -n kube-system calico-node')).stdout).toMatch(/^calico-node +5 +5 +4 /m)
      })

      test('the events are the probes’ and the back-off’s', async () => {
        const { stdout } = await kubectl(
          `describe pod -n kube-system ${await podOf('-l k8s-app=calico-node')}`,
        )
        expect(stdout).toMatch(/Unhealthy .*Readiness probe failed: /)
        expect(stdout).toMatch(/Liveness probe failed: calico\/node is not ready: bird\/confd is not live: /)
        expect(stdout).toMatch(/Killing .*Container calico-node failed liveness probe, will be restarted/)
        expect(stdout).toMatch(/BackOff .*Back-off restarting failed container calico-node in pod /)
      })

      test('both logs tell of the socket', async () => {
        const denied = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied'
        const pod = await podOf('-l k8s-app=calico-node')
        for (const which of ['', ' -p'])
          expect(await kubectl(`logs -n kube-system ${pod} -c calico-node${which}`)).toMatchObject({
            stdout: expect.stringContaining(denied),
            code: 0,
          })
      })

      test('its pods do not reach other nodes, and reach their own', async () => {
        const frontend = await podOf('-l app=frontend')
        const addresses = async (selector: string): Promise<readonly string[]> =>
          (
            await kubectl(
              `get pods -n shop -l app=api --field-selector ${selector} -o jsonpath={.items[*].status.podIP}`,
            )
          ).stdout.split(' ')
        const [there] = await addresses(`spec.nodeName!=${struck}`)
        const [here] = await addresses(`spec.nodeName=${struck}`)
        const far = await kubectl(`exec -n shop ${frontend} -- curl -sS -m 3 http://${there}:8080/healthz`)
        expect(far.stderr).toMatch(/curl: \(28\) .*\n.*exit code 28/)
        expect(far.code).toBe(28)
        const near = await kubectl(`exec -n shop ${frontend} -- curl -sS -m 3 http://${here}:8080/healthz`)
        expect(near.code).toBe(0)
      })
    })

  test('API objects and logs make it likely, and name what is not known', async () => {
    const report = await diagnosed('--lab', 'incident')
    expect(report.exit).toBe(1)
    expect(report.verdict).toBe('broken')
    expect(causesOf(report)).toEqual([`runtime-dir-permissions likely node/${struck}`])
    expect(report.unexplained).toEqual([])
    expect(report.next.length).toBeGreaterThan(0)
  })

  test('a closer look confirms it', async () => {
    const report = await diagnosed('--lab', 'incident', '--deep')
    expect(report.exit).toBe(1)
    expect(causesOf(report)).toEqual([`runtime-dir-permissions confirmed node/${struck}`])
    expect(report.unexplained).toEqual([])
    const [cause] = report.causes
    expect(cause?.owner).toBe('node')
    expect(cause?.explains).toContain('calico-node-not-ready')
    expect(cause?.evidence[0]).toMatchObject({ weight: 'decisive', quote: '0600 10001:0 /run/calico' })
    expect(cause?.evidence.every(({ command, says }) => command !== '' && says !== '')).toBe(true)
    expect(cause?.repair.disruption).toBe('pod')
    expect(cause?.prevent.length).toBeGreaterThan(0)
    expect(report.observedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  })

  test('so it goes with nothing but a kubeconfig, as for any cluster', async () => {
    const kubeconfig = (await lab('kubeconfig')).stdout.trim()
    for (const [deep, confidence] of [
      [[], 'likely'],
      [['--deep'], 'confirmed|likely'],
    ] as const) {
      const report = await diagnosed('--kubeconfig', kubeconfig, ...deep)
      expect(report.exit).toBe(1)
      expect(causesOf(report)).toHaveLength(1)
      expect(causesOf(report)[0]).toMatch(
        new RegExp(`^runtime-dir-permissions (${confidence}) node/${struck}$`),
      )
    }
  })

  test('the text names it, and --commands prints commands alone', async () => {
    const text = await cli(['diagnose', '--lab', 'incident', '--deep'])
    expect(text.stdout).toMatch(/^\[LAB\] incident · /)
    expect(text.stdout).toMatch(/\n1\. .* \(confirmed\)\n {3}runtime-dir-permissions · node\/k8s-worker-03\n/)
    const { code, stdout } = await cli(['diagnose', '--lab', 'incident', '--commands'])
    expect(
      stdout
        .trim()
        .split('\n')
        .filter((line) => !/^(ninelives|kubectl|printf|#)/.test(line)),
    ).toEqual([])
    expect(code).toBe(1)
  })

  test('the plan changes nothing, and its commands name this lab', async () => {
    const { code, stdout } = await cli(['repair', '--lab', 'incident'])
    expect(stdout).toMatch(/runtime-dir-permissions on k8s-worker-03; costs: pod\n/)
    expect(stdout).toMatch(/1\. printf .* \| ninelives lab exec -i --name incident k8s-worker-03 -- tee /)
    expect(stdout).toMatch(/kubectl --context ninelives-lab-incident delete pod -n kube-system calico-node-/)
    expect(stdout).toMatch(
      /nothing was changed\. To carry it out: ninelives repair --apply --lab incident\n$/,
    )
    expect(code).toBe(0)
    expect((await lab('exec', struck, 'stat -c %a /run/calico')).stdout).toBe('600\n')
  })

  test.each([
    [
      'nobody is there to confirm it',
      [],
      /nobody is there to confirm the cluster\nhint: .*--confirm incident/,
    ],
    [
      'another cluster was confirmed',
      ['--confirm', 'prod'],
      /--confirm names "prod", the cluster is "incident"/,
    ],
    ['it may cost nothing', ['--yes', '--max-disruption', 'none'], /^/],
    ['the data has not been gathered', ['--yes', '--goal', 'rca'], /^/],
  ] as const)('repair --apply is refused when %s', async (_, argv, says) => {
    const { code, stderr } = await cli(['repair', '--lab', 'incident', '--apply', ...argv])
    expect(stderr).toMatch(says)
    expect(code).toBe(4)
    expect((await lab('exec', struck, 'stat -c %a /run/calico')).stdout).toBe('600\n')
  })

  test('Ctrl-C during a diagnosis and during a repair', async () => {
    for (const [argv, at] of [
      [['diagnose', '--lab', 'incident', '--deep'], / …\n/],
      [['repair', '--lab', 'incident', '--apply', '--yes'], /guard/],
    ] as const) {
      const stop = new AbortController()
      const { code, stderr } = await cli(argv, {
        signal: stop.signal,
        onWrite: (text) => {
          if (at.test(text)) stop.abort(new DOMException('interrupted', 'AbortError'))
        },
      })
      expect(stderr).toMatch(/interrupted\n$/)
      expect(code).toBe(130)
    }
    expect((await lab('exec', struck, 'stat -c %a /run/calico')).stdout).toBe('600\n')
  })

  test('repair --apply mends and verifies it', async () => {
    const { code, stdout, stderr } = await cli(['repair', '--lab', 'incident', '--apply', '--yes'])
    expect(stdout).toMatch(/\nmended verified/)
    expect(stdout).toMatch(/✓ runtime-dir-permissions is no longer found on node\/k8s-worker-03/)
    expect(stderr).toMatch(/^journal: /)
    expect(code).toBe(0)
    const journals = join(folder, 'ninelives/repairs')
    const last = readFileSync(join(journals, readdirSync(journals).sort().at(-1) as string), 'utf8')
    expect(
      last
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
    ).toEqual(expect.arrayContaining(['begin', 'end']))
  }, 60_000)

  test('it stays mended after a reboot and a power cut', async () => {
    for (const flags of [[], ['--power-cut']]) {
      expect((await lab('reboot', struck, ...flags)).code).toBe(0)
      await lab('advance', '6m')
      const report = await diagnosed('--lab', 'incident', '--deep')
      expect(causesOf(report)).toEqual([])
      expect(report.exit).toBe(0)
    }
  }, 60_000)

  test('mend takes the change back', async () => {
    expect((await lab('mend')).stdout).toBe(
      `[LAB] incident: runtime-dir-permissions on ${struck} taken back\n`,
    )
    expect((await lab('status')).stdout).not.toMatch(/^broken/m)
  })

  test('down ends it and leaves nothing', async () => {
    expect(await lab('down')).toMatchObject({ code: 0, stdout: '[LAB] incident: down\n' })
    expect(await foreground.ended).toMatchObject({ code: 0 })
    expect(readdirSync(join(folder, 'ninelives/labs'))).toEqual([])
    expect(existsSync(join(folder, 'ninelives/labs/incident'))).toBe(false)
    expect((await lab('status')).stderr).toMatch(/no lab named "incident" is running\nhint: start one: /)
  })
})
