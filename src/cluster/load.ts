/** How busy nodes were seen to be. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { settingsNamed } from '#cluster/settings.ts'

export interface LoadTold {
  readonly row: Fact<SettingRow>
  readonly says: string
}

/** More tasks that want to run than this for each processor: everybody waits. */
const loadPerCpuMax = 2
/** With nobody saying how many processors there are, so many that few machines carry them. */
const loadMax = 16
const idleMin = 5
const busyPercent = 95

/** Figures of machines that have no time left: load, idle time, `kubectl top nodes`, throttled control groups. */
export const busy = (facts: Reads<'settings'>): readonly LoadTold[] => [
  ...ofLoad(facts),
  ...figures(facts, 'cpu-idle-percent', (value) => value < idleMin).map((row) => ({
    row,
    says: `the processors are idle for ${row.value} % only`,
  })),
  ...figures(facts, 'node-cpu-percent', (value) => value >= busyPercent).map((row) => ({
    row,
    says: `${row.node ?? 'the node'} uses ${row.value} % of its CPU`,
  })),
  ...figures(facts, 'nr_throttled', (value) => value > 0).map((row) => ({
    row,
    says: `a control group was throttled ${row.value} times`,
  })),
]

function ofLoad(facts: Reads<'settings'>): readonly LoadTold[] {
  return figures(facts, 'load-average', (value) => value > 0).flatMap((row) => {
    const own = figures(facts, 'cpus', (value) => value > 0).find(({ node }) => node === row.node)
    const cpus = own === undefined ? undefined : Number(own.value)
    const isHigh = Number(row.value) >= (cpus === undefined ? loadMax : cpus * loadPerCpuMax)
    const of = cpus === undefined ? '' : ` on ${cpus} processors`
    return isHigh ? [{ row, says: `the load average is ${row.value}${of}` }] : []
  })
}

const figures = (
  facts: Reads<'settings'>,
  name: string,
  isMatch: (value: number) => boolean,
): readonly Fact<SettingRow>[] =>
  settingsNamed(facts, 'other', name).filter(({ value }) => isMatch(Number(value)))
