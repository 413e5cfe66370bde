import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { OpenedCluster } from '#app/cluster.ts'
import { diagnoseLive } from '#app/diagnose.ts'
import { repair } from '#app/repair.ts'
import { type Clock, wallClock } from '#base/clock.ts'
import { engine } from '#cli/engine.ts'
import { faults } from '#cli/faults.ts'
import type { Io } from '#cli/io.ts'
import { paletteFor } from '#cli/palette.ts'
import { RepairScreen } from '#cli/repair-screen.ts'
import { labCluster } from '#cli/target.ts'
import { LabClient } from '#lab/serve/client.ts'
import { labClock } from '#lab/serve/clock.ts'
import { serveLab } from '#lab/serve/serve.ts'
import { LabStates } from '#lab/serve/state.ts'
import { memoryJournal } from '#repair/journal.ts'
import { renderText } from '#report/text.ts'
import type { DiagnosisReport, Palette } from '#report/types.ts'

const mode = 'runtime-dir-permissions'
const node = 'k8s-worker-03'
const otherNode = 'k8s-worker-01'

/**
 * The whole promise in a few seconds: a cluster like the incident replay's is booted, broken, diagnosed over HTTP as a real one
 * would be, mended, and checked with traffic between pods; then the node is rebooted once more. Answers the exit code.
 */
export async function tour({ seed, io }: { readonly seed: string; readonly io: Io }): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ninelives-tour-'))
  const states = new LabStates({ XDG_STATE_HOME: folder })
  try {
    const startedMs = wallClock.monotonic()
    const served = await serveLab({
      name: 'default', // so that the commands it prints fit the lab that its reader boots next
      nodes: 5,
      flavour: 'hardened',
      seed,
      speed: 1,
      port: 0,
      states,
      faults,
      clock: wallClock,
      signal: io.signal,
    })
    const crashed = served.ended.then(() => io.signal.throwIfAborted())
    try {
      const guide = await Guide.of(new LabClient(states.need('default'), { signal: io.signal }), io)
      guide.title(
        `A cluster in a box`,
        `5 nodes, Kubernetes 1.31, Calico 3.29 with calico-node as uid 10001, up in ${Math.round(wallClock.monotonic() - startedMs)} ms`,
      )
      return await Promise.race([walk(guide), crashed.then(() => 130)])
    } finally {
      await served.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function walk(guide: Guide): Promise<number> {
  const before = await guide.traffic()
  guide.title('The incident', `an OS update on every node, then a reboot of ${node}; ten minutes pass`)
  await guide.strike()
  await guide.pods()
  const during = await guide.traffic()

  guide.title('The diagnosis', `ninelives diagnose --lab --deep, over ${guide.url}`)
  const found = await guide.diagnose()

  guide.title('The repair', 'ninelives repair --lab --apply')
  const mended = await guide.repair()
  const after = await guide.traffic()

  guide.title('Does it last?', `${node} is rebooted once more`)
  await guide.reboot()
  const lasting = await guide.traffic()
  const healthy = await guide.verdict()

  const promised = before && !during && found && mended && after && lasting && healthy
  guide.end(promised)
  return promised ? 0 : 5
}

/** Carries out and shows the stations of the tour. */
class Guide {
  readonly url: string
  readonly #client: LabClient
  readonly #cluster: OpenedCluster
  readonly #clock: Clock
  readonly #io: Io
  readonly #palette: Palette
  #number = 0

  private constructor(
    client: LabClient,
    o: { readonly cluster: OpenedCluster; readonly clock: Clock; readonly io: Io },
  ) {
    this.#client = client
    this.url = client.url
    this.#cluster = o.cluster
    this.#clock = o.clock
    this.#io = o.io
    this.#palette = paletteFor(o.io.stdout, o.io.env)
  }

  static async of(client: LabClient, io: Io): Promise<Guide> {
    return new Guide(client, {
      cluster: await labCluster(client),
      clock: await labClock(client, wallClock),
      io,
    })
  }

  title(title: string, says: string): void {
    const { bold, dim } = this.#palette
    this.#write(`\n${bold(`── ${++this.#number}. ${title} `.padEnd(78, '─'))}\n${dim(says)}\n`)
  }

  async strike(): Promise<void> {
    await this.#client.break({ mode, node, force: false })
    await this.#clock.sleep(10 * 60_000)
  }

  async reboot(): Promise<void> {
    await this.#client.reboot(node, { powerCut: false })
    await this.#clock.sleep(5 * 60_000)
  }

  /** A curl between two pods on two nodes, run through the API; answers whether it got through. */
  async traffic(): Promise<boolean> {
    const { cyan, green, red } = this.#palette
    const from = await this.#podOn(node)
    const to = await this.#podOn(otherNode)
    const argv = ['curl', '-sS', '-m', '5', '-o', '/dev/null', '-w', '%{http_code}', `http://${to.ip}:8080/`]
    this.#write(
      `\n${cyan(`$ kubectl exec -n shop ${from.name} -- ${argv.join(' ')}`)}   # ${node} to ${otherNode}\n`,
    )
    const { stdout, stderr, code } = await this.#hurried(this.#exec(from.name, from.container, argv))
    const works = code === 0 && stdout.endsWith('200')
    this.#write(
      works ? `${green(stdout)}\n` : `${red(stderr.trim())}\ncommand terminated with exit code ${code}\n`,
    )
    return works
  }

  /** calico-node's pods as kubectl shows them. */
  async pods(): Promise<void> {
    this.#write(
      `\n${this.#palette.cyan('$ kubectl get pods -n kube-system -l k8s-app=calico-node -o wide')}\n`,
    )
    const { body } = await this.#request(
      '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node',
      'application/json;as=Table;v=v1;g=meta.k8s.io',
    )
    const { rows, columnDefinitions } = tableShape.parse(JSON.parse(body))
    const wanted = ['Name', 'Ready', 'Status', 'Restarts', 'Node']
    const at = wanted.map((name) => columnDefinitions.findIndex((column) => column.name === name))
    const cells = [
      wanted.map((name) => name.toUpperCase()),
      ...rows.map((row) => at.map((index) => String(row.cells[index] ?? ''))),
    ]
    const widths = at.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)))
    for (const row of cells)
      this.#write(
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
      )
  }

  /** Answers whether exactly one cause was found on exactly the node that was struck. */
  async diagnose(): Promise<boolean> {
    const report = await this.#report()
    this.#write(`\n${renderText(report, { palette: this.#palette, nowMs: this.#clock.now() })}`)
    const { causes } = report.diagnosis
    return (
      causes.length === 1 &&
      causes[0]?.mode.id === mode &&
      causes[0].finding.about.kind === 'node' &&
      causes[0].finding.about.name === node
    )
  }

  async verdict(): Promise<boolean> {
    const { diagnosis } = await this.#report()
    this.#write(
      `\n${this.#palette.cyan('$ ninelives diagnose --lab --deep')}\nverdict: ${diagnosis.verdict}; causes: ${diagnosis.causes.length}\n`,
    )
    return diagnosis.verdict === 'healthy'
  }

  async repair(): Promise<boolean> {
    const screen = new RepairScreen({ palette: this.#palette, target: this.#cluster, format: 'text' })
    let mended = false
    for await (const event of repair({
      ...(await this.#looking()),
      act: { journal: memoryJournal(), goal: 'restore', holder: 'tour', probe: () => this.#probe() },
    })) {
      this.#write(screen.show(event))
      if (event.kind === 'finished') mended = event.outcome === 'mended'
    }
    return mended
  }

  end(promised: boolean): void {
    const { bold, cyan, green, red } = this.#palette
    this.#write(
      `\n${bold(promised ? green('Mended, and it lasts.') : red('The tour did not go as promised.'))} Now you:\n`,
    )
    for (const [command, what] of [
      ['ninelives lab up --flavour hardened --detach', 'a lab of your own for kubectl'],
      ['pbpaste | ninelives diagnose --text -', 'the verdict on what somebody pasted'],
      [`ninelives explain ${mode}`, 'the page of this failure mode'],
    ] as const)
      this.#write(`  ${cyan(command.padEnd(48))} ${what}\n`)
    this.#write('(in this checkout: bin/ninelives)\n')
  }

  async #report(): Promise<DiagnosisReport> {
    for await (const event of diagnoseLive(await this.#looking()))
      if (event.kind === 'report') return event.report
    throw new Error('the diagnosis ended without a report')
  }

  async #looking() {
    return {
      cluster: this.#cluster,
      clock: this.#clock,
      deep: true,
      signal: this.#io.signal,
      ...(await engine()),
    }
  }

  async #probe(): Promise<{ readonly holds: boolean; readonly says: string }> {
    const from = await this.#podOn(node)
    const to = await this.#podOn(otherNode)
    const { code } = await this.#hurried(
      this.#exec(from.name, from.container, [
        'curl',
        '-sS',
        '-m',
        '5',
        '-o',
        '/dev/null',
        `http://${to.ip}:8080/`,
      ]),
    )
    return {
      holds: code === 0,
      says: `a request from ${from.name} on ${node} to ${to.name} on ${otherNode} ${code === 0 ? 'is answered' : 'is not answered'}`,
    }
  }

  async #podOn(
    name: string,
  ): Promise<{ readonly name: string; readonly ip: string; readonly container: string }> {
    const { body } = await this.#request(
      `/api/v1/namespaces/shop/pods?labelSelector=app%3Dfrontend&fieldSelector=spec.nodeName%3D${name}`,
      'application/json',
    )
    const pod = podsShape.parse(JSON.parse(body)).items.find(({ status }) => status.podIP !== undefined)
    if (pod === undefined) throw new Error(`no frontend pod with an address is on ${name}`)
    return {
      name: pod.metadata.name,
      ip: pod.status.podIP ?? '',
      container: pod.spec.containers[0]?.name ?? '',
    }
  }

  #request(path: string, accept: string) {
    return this.#cluster.transport.request({
      method: 'GET',
      path,
      headers: { Accept: accept },
      signal: this.#io.signal,
    })
  }

  async #exec(pod: string, container: string, argv: readonly string[]) {
    const answer = await this.#cluster.transport.exec({
      namespace: 'shop',
      pod,
      container,
      argv,
      signal: this.#io.signal,
    })
    if (answer.kind === 'output') return answer
    return { stdout: '', stderr: answer.response.body, code: 1 }
  }

  /** Waits for work of the lab without making the user wait: the lab's clock jumps ahead until it is done. */
  async #hurried<T>(work: Promise<T>): Promise<T> {
    let over = false
    const done = work.finally(() => {
      over = true
    })
    done.catch(() => undefined) // told by the return below
    while (!over) await this.#clock.sleep(500)
    return done
  }

  #write(text: string): void {
    this.#io.stdout.write(text)
  }
}

const podsShape = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ containers: z.array(z.object({ name: z.string() })) }),
      status: z.object({ podIP: z.string().optional() }),
    }),
  ),
})

const tableShape = z.object({
  columnDefinitions: z.array(z.object({ name: z.string() })),
  rows: z.array(z.object({ cells: z.array(z.unknown()) })),
})
