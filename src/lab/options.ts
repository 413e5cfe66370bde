import type { Backend } from '#lab/backend.ts'
import type { Encapsulation } from '#lab/encapsulation.ts'
import { flavourDefinitions } from '#lab/flavours/index.ts'
import { type Flavour, usualVersions } from '#lab/flavours/names.ts'
import { openShiftOf, refuseWrongPair } from '#lab/openshift-releases.ts'
import type { PlanOptions } from '#lab/plan.ts'

export interface LabOptions {
  readonly seed: string
  readonly flavour?: Flavour // default plain
  readonly nodes?: number // the control plane included; default 5
  readonly kubernetes?: string // default: as is usual with the flavour
  readonly calico?: string
  readonly egress?: 'direct' | 'konnectivity' // default direct
  /** Of the default pool. Default: as the flavour's owner has it (none; between subnets IPIP on IBM Cloud). */
  readonly encapsulation?: Encapsulation
  /** What calico-node runs for routing. Default bird. */
  readonly backend?: Backend
  /** Whether customers use the shop from outside, so that what a fault costs can be measured. Default false. */
  readonly customers?: boolean
  /** Virtual time at power-on. Default 2026-01-07T06:00:00Z, a Wednesday. */
  readonly startMs?: number
  /** For determinism checks: see {@link Kernel}. */
  readonly hops?: number
  /** Whether health checks that would say the same again are left out: see {@link Kernel.epoch}. Default true. */
  readonly lazy?: boolean
  readonly onEvent?: (timeMs: number, name: string) => void
}

const defaultStartMs = Date.UTC(2026, 0, 7, 6)

/** What a lab was made with, nothing left open that has a default. */
export interface LabSettings
  extends Required<Omit<PlanOptions, 'encapsulation' | 'backend'>>,
    Pick<PlanOptions, 'encapsulation' | 'backend'> {
  readonly seed: string
  readonly startMs: number
}

/** Throws a {@link Trouble} where the versions that are asked for cannot be together. */
export function withDefaults(options: LabOptions): LabSettings {
  const settings = {
    flavour: 'plain',
    nodes: 5,
    ...usualVersions[options.flavour ?? 'plain'],
    ...(options.flavour === 'roks' && ofOpenShift(options)),
    egress: 'direct',
    customers: false,
    startMs: defaultStartMs,
    ...options,
  } as const
  if (settings.flavour === 'roks') refuseWrongPair(settings)
  return settings
}

/** Calico comes with the release. */
const ofOpenShift = ({ kubernetes = usualVersions.roks.kubernetes }: LabOptions) => ({
  calico: openShiftOf(kubernetes).calico.usual,
})

/** The names of the nodes that such a lab has; nothing is booted. */
export function nodeNames(options: LabOptions): readonly string[] {
  const given = withDefaults(options)
  return flavourDefinitions[given.flavour].plan(given).machines.map(({ name }) => name)
}
