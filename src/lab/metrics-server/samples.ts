/** What the kubelets told, twice: kubernetes-sigs/metrics-server:pkg/storage/{node,pod,types}.go, pkg/scraper/client/resource/decode.go. */

/** CPU that was used since a start, in core seconds, and memory, in bytes. */
interface Point {
  readonly cpuSeconds: number
  readonly memoryBytes: number
  readonly atMs: number
}

export interface Usage {
  readonly cpuCores: number
  readonly memoryBytes: number
  readonly atMs: number
  readonly windowMs: number
}

/** By `namespace/pod container`; a node stands under its own name. */
type Points = ReadonlyMap<string, Point>

/** One node's page, of which nothing else is kept. */
export function pointsOf(node: string, page: string): Points {
  const cpu = new Map<string, readonly [value: number, atMs: number]>()
  const memory = new Map<string, number>()
  for (const line of page.split('\n')) {
    const [, name = '', labels, value, atMs] = /^(\w+)(\{[^}]*\})? (\S+)(?: (\d+))?$/.exec(line) ?? []
    const key = labels === undefined ? node : keyOf(labels)
    if (name.endsWith('_cpu_usage_seconds_total')) cpu.set(key, [Number(value), Number(atMs)])
    if (name.endsWith('_memory_working_set_bytes')) memory.set(key, Number(value))
  }
  return new Map(
    [...cpu].map(([key, [cpuSeconds, atMs]]) => [
      key,
      { cpuSeconds, memoryBytes: memory.get(key) ?? 0, atMs },
    ]),
  )
}

function keyOf(labels: string): string {
  const value = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
  return `${value('namespace')}/${value('pod')} ${value('container')}`
}

/** The last two rounds. What was not told in both has no usage. */
export class Samples {
  #previous: Points = new Map()
  #last: Points = new Map()

  /** Of all nodes that answered in one round. */
  store(round: Points): void {
    this.#previous = this.#last
    this.#last = round
  }

  /** Whether anything can be told. */
  get areThere(): boolean {
    return [...this.#last.keys()].some((key) => this.#previous.has(key))
  }

  of(key: string): Usage | undefined {
    const [from, to] = [this.#previous.get(key), this.#last.get(key)]
    if (from === undefined || to === undefined || to.atMs <= from.atMs) return undefined
    const windowMs = to.atMs - from.atMs
    const cpuCores = Math.max(0, to.cpuSeconds - from.cpuSeconds) / (windowMs / 1000)
    return { cpuCores, memoryBytes: to.memoryBytes, atMs: to.atMs, windowMs }
  }
}
