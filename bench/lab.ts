/**
 * The figures of large labs: each in a process of its own (`lab-scenarios.ts`), which is given up after a while, so that a figure that is
 * far from its goal does not hold up the others. Such a figure is printed as the time after which it was given up.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { heapFlags } from '#cli/commands/lab/size.ts'
import type { Figure, Part } from './figure.ts'

/** What a scenario measured, by the name of the figure. */
export type Measured = Readonly<Record<string, number>>

interface Scenario {
  readonly name: string
  readonly limitMs: number
  /** How large the largest lab of it is. */
  readonly nodes: number
  readonly figures: Readonly<Record<string, Pick<Figure, 'what' | 'unit' | 'goal' | 'bound'>>>
}

const scenarios: readonly Scenario[] = [
  {
    name: 'reflectors',
    limitMs: 60_000,
    nodes: 1000,
    figures: {
      wellMs: { what: '1,000 nodes, 3 route reflectors: all well', unit: 'ms', goal: 8000, bound: 40_000 },
      perNodeMB: { what: '… in memory, for each node', unit: 'MB', goal: 0.25, bound: 0.75 },
    },
  },
  {
    name: 'mesh',
    limitMs: 60_000,
    nodes: 100,
    figures: { wellMs: { what: '100 nodes in a full mesh: all well', unit: 'ms', goal: 7300 } },
  },
  {
    name: 'nodes',
    limitMs: 600_000,
    nodes: 5000,
    figures: {
      readyMs: { what: '5,000 nodes Ready, in process', unit: 'ms', goal: 15_000, bound: 450_000 },
    },
  },
  {
    name: 'nodesByKubectl',
    limitMs: 40_000,
    nodes: 5000,
    figures: { toldMs: { what: '5,000 nodes (VXLAN) Ready, as kubectl tells', unit: 'ms', goal: 20_000 } },
  },
  {
    name: 'pods',
    limitMs: 300_000,
    nodes: 100,
    figures: {
      runningMs: {
        what: '10,000 pods Running on 100 nodes, in process',
        unit: 'ms',
        goal: 6000,
        bound: 90_000,
      },
      deletedMs: { what: '… and deleted', unit: 'ms', goal: 6000, bound: 55_000 },
    },
  },
  {
    name: 'podsByKubectl',
    limitMs: 300_000,
    nodes: 100,
    figures: {
      toldMs: { what: '10,000 pods Running, as kubectl tells', unit: 'ms', goal: 12_000, bound: 150_000 },
      goneMs: { what: '… and deleted', unit: 'ms', goal: 12_000, bound: 90_000 },
    },
  },
  {
    name: 'hours',
    limitMs: 60_000,
    nodes: 100,
    figures: {
      twoDaysMs: {
        what: '48 h of 100 nodes (extrapolated from 10 s)',
        unit: 'ms',
        goal: 15_000,
      },
    },
  },
  {
    name: 'growth',
    limitMs: 60_000,
    nodes: 5,
    figures: { perDayMB: { what: '… growth in a day (5 nodes, from 48 h)', unit: 'MB', goal: 1 } },
  },
  {
    name: 'kubectl',
    limitMs: 60_000,
    nodes: 100,
    figures: {
      serverMs: { what: 'an API server answers its first request', unit: 'ms', goal: 300 },
      pagedMs: { what: 'kubectl get pods -A, 10,000 pods', unit: 'ms', goal: 3000 },
      wholeMs: { what: '… with --chunk-size=0', unit: 'ms', goal: 1500 },
    },
  },
]

export const labParts: readonly Part[] = scenarios.map((scenario) => ({
  name: scenario.name,
  measures: Object.values(scenario.figures)
    .map(({ what }) => what.replace(/^… (?:and )?/, ''))
    .join('; '),
  run: (tell) => figuresOf(scenario).forEach(tell),
}))

function figuresOf({ name, limitMs, nodes, figures }: Scenario): readonly Figure[] {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    // Room for what lives for an instant only, as `lab up` gives it to labs of this size.
    [
      '--expose-gc',
      ...heapFlags(nodes),
      `--max-old-space-size=${Math.max(4096, 2 * nodes)}`,
      join(import.meta.dirname, 'lab-scenarios.ts'),
      name,
    ],
    { encoding: 'utf8', timeout: limitMs },
  )
  // Killed at its limit, a scenario has printed what it measured until then.
  if (status !== null && status !== 0) throw new Error(stderr)
  const measured = Object.assign({}, ...stdout.split('\n').filter(Boolean).map(parsed)) as Measured
  return Object.entries(figures).flatMap(([key, figure]): Figure[] => {
    const value = measured[key]
    if (value !== undefined) return [{ ...figure, value }]
    return figure.unit === 'ms' ? [{ ...figure, value: limitMs, givenUp: true }] : []
  })
}

const parsed = (line: string): Measured => JSON.parse(line) as Measured // printed by lab-scenarios.ts
