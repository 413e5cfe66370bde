import type { Fact, Reads } from '#cluster/facts.ts'
import { isOptionalCheck, isTargetExtension, isTunnelUsed, useOfModule } from '#cluster/kernel-modules.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { AttemptRow, KernelModuleRow, MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isDataplaneUntried } from '#diagnosis/start-up.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface ModuleState {
  /** What is missing, as far as its name is known. */
  readonly missing: readonly string[]
}

export const symptoms = [
  'dataplane-not-programmed',
  'calico-node-not-ready',
  'pods-not-ready-on-node',
  'cross-node-traffic-failing',
  'pod-traffic-failing',
  'sandbox-creation-failing',
  'bgp-session-down', // Felix is not live: the container starts anew, and BIRD with it
] as const

/**
 * Finds nodes whose kernel lacks a module that Felix needs, or cannot load it from the container: IP sets, iptables and its
 * extensions, the devices of IP-in-IP and VXLAN. The version in brackets of iptables' error (`(nf_tables)`) says nothing.
 *
 * @see netfilter/iptables:libxtables/xtables.c (Couldn't load match)
 * @see projectcalico/calico:calicoctl/calicoctl/commands/node/checksystem.go
 */
export const detector = defineDetector<
  ModuleState,
  'messages' | 'kernelModules' | 'pods' | 'ipPools' | 'attempts'
>({
  needs: ['messages', 'kernelModules'],
  uses: ['pods', 'ipPools', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...messageSigns(view, said, { endedBy: ['felix/iptables-recovered'] }),
      ...view.rows('kernelModules').flatMap((row) => moduleSign(view, row)),
      ...view.rows('attempts').flatMap(ofAttempt),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, symptoms)
          ? { says: 'the kernel lacks a module that Calico needs', state: { missing: missingIn(view) } }
          : undefined,
    })
  },
  explains: explainsHere,
  isHidden: (about, view) => isDataplaneUntried(view, about),
})

const said: Readonly<Record<string, MessageSign>> = {
  'iptables/match-missing': ({ message: { params } }) => [
    'decisive',
    `iptables finds no match “${params.match}”: neither the image nor the kernel has it`,
  ],
  'iptables/target-missing': ({ message: { params } }) =>
    isTargetExtension(params.target ?? '')
      ? ['decisive', `iptables finds no target “${params.target}”`]
      : undefined,
  'iptables/extension-unsupported': ({ message: { params } }) => [
    'decisive',
    `the kernel has no extension ${params.extension} of iptables`,
  ],
  'iptables/insmod': ['decisive', 'iptables asks for a module of the kernel'],
  'iptables/table-missing': ({ message: { params } }) => [
    'strong',
    `iptables cannot open the table ${params.table}`,
  ],
  'iptables/nft-refused': ({ message: { params } }) =>
    notSupported.has(params.error ?? '')
      ? ['strong', 'the kernel has no such expression of nf_tables']
      : ['weak', 'the kernel refused a rule of nf_tables'],
  'iptables/nothing-by-that-name': ['weak', 'iptables finds no chain, target or match of a name'],
  'nft/command-failed': ({ message: { params } }) =>
    notSupported.has(params.error ?? '')
      ? ['strong', 'the kernel cannot do what a rule of nft asks for']
      : undefined,
  'ipset/type-unsupported': ({ message: { params } }) => [
    'decisive',
    `the kernel answers “${params.error}” to ipset: it lacks a module of IP sets`,
  ],
  'ipset/kernel-unsupported': ['strong', 'ipset finds no IP sets in the kernel'],
  'modprobe/module-missing': (row) => ofModule(row, 'decisive', 'is not on the disk of this kernel'),
  'modprobe/insert-failed': (row) =>
    row.message.params.error === 'Operation not permitted'
      ? ofModule(row, 'weak', 'may not be loaded')
      : ofModule(row, 'decisive', 'cannot be loaded'),
  'modprobe/builtin-or-denied': (row) => ofModule(row, 'strong', 'is on a deny list of this host'),
  'modprobe/modules-dir-missing': ['strong', 'the container does not see the host’s kernel modules'],
  'kernel/module-symbol-unknown': (row) => ofModule(row, 'decisive', 'does not fit the kernel that runs'),
  'kernel/module-symbol-version': (row) => ofModule(row, 'decisive', 'does not fit the kernel that runs'),
  'kernel/module-version': (row) => ofModule(row, 'decisive', 'was built for another kernel'),
  'kernel/module-refused': ['strong', 'Secure Boot or lockdown refuses a module'],
  'calicoctl/module-undetected': (row) =>
    isOptionalCheck(row.message.params.module ?? '')
      ? undefined
      : ofModule(row, 'strong', 'was not found by calicoctl'),
  'calicoctl/modules-missing': ['weak', 'calicoctl finds that modules are missing; some are optional'],
  'felix/tunnel-device-failed': (row) => {
    if (innerMessage(row, 'host/not-supported')) return ['decisive', 'the kernel has no such tunnel device']
    return row.message.params.what === 'add'
      ? ['strong', 'the IP-in-IP device cannot be made']
      : ['weak', 'the tunnel device cannot be made or set up']
  },
  'felix/vxlan-create-failed': (row) =>
    innerMessage(row, 'host/not-supported')
      ? ['decisive', 'the kernel has no VXLAN']
      : ['weak', 'the VXLAN device cannot be made'],
  'felix/rules-list-failed': (row) =>
    innerMessage(row, 'host/not-supported')
      ? ['decisive', 'the kernel has no policy routing: it keeps no rules that Felix could list']
      : undefined,
  'felix/crashed-in': ({ message: { params } }) =>
    params.type === 'vxlanManager' ? ['strong', 'Felix crashes while it makes the VXLAN device'] : undefined,
  'felix/ipip-device-failed': ['strong', 'the IP-in-IP device cannot be made'],
  'exec/python-called-process': ({ message: { params } }) =>
    tables.has(params.program ?? '') ? ['strong', `${params.program} does not work on this host`] : undefined,
  'felix/system-call-raised': ['weak', 'a program that Felix calls failed'],
  'felix/iptables-restore-failed': unlessKnown('iptables-restore refuses Felix’s rules'),
  'felix/iptables-retry': ['weak', 'Felix’s rules are refused'],
  'felix/iptables-gave-up': ['weak', 'Felix’s rules are refused'],
  'felix/ipset-list-failed': unlessKnown('ipset cannot list the kernel’s sets'),
  'felix/ipset-restore-failed': unlessKnown('the kernel refuses IP sets'),
}

const notSupported = new Set(['Operation not supported', 'Protocol not supported'])

const tables = new Set(['iptables', 'ip6tables'].flatMap((tool) => [tool, `${tool}-save`, `${tool}-restore`]))

function ofModule(
  { message }: MessageRow,
  weight: Weight,
  what: string,
): readonly [Weight, string] | undefined {
  const module = message.params.module ?? ''
  return useOfModule(module) === undefined ? undefined : [weight, `the module ${module} ${what}`]
}

/** A failure that quotes another reason belongs to that one. */
function unlessKnown(says: string): MessageSign {
  return ({ message }) => ((message.inner ?? []).length > 0 ? undefined : ['weak', says])
}

/** Modules of other things are loaded for other reasons. */
function ofAttempt(row: Fact<AttemptRow>): readonly Sign[] {
  if (row.act !== 'load-module' || (row.after !== undefined && useOfModule(row.after) === undefined))
    return []
  if (row.outcome === 'cured') return [sign(row, 'strong', 'to load a kernel module cured it, somebody says')]
  return row.outcome === 'no-change' ? [] : [sign(row, 'weak', 'somebody loaded a kernel module')]
}

/** What others looked up: checksystem is wrong about some modules, modprobe about none. */
function moduleSign(view: Reads<'ipPools'>, row: Fact<KernelModuleRow>): readonly Sign[] {
  const use = useOfModule(row.name)
  if (row.loaded || use === undefined || isTunnelUsed(view, use) === false) return []
  const isChecked = checks.has(row.error ?? '')
  if (isChecked && isOptionalCheck(row.name)) return []
  const says = `the kernel lacks the module ${row.name}${row.error === undefined ? '' : ` (${row.error})`}`
  return [sign(row, isChecked ? 'strong' : 'decisive', says)]
}

const checks = new Set(['FAIL', 'not detected', 'not in the kernel’s configuration'])

function missingIn(view: Reads<'messages' | 'kernelModules'>): readonly string[] {
  const named = view
    .rows('messages')
    .flatMap(({ message: { id, params } }) =>
      id === 'iptables/match-missing'
        ? (params.match ?? [])
        : useOfModule(params.module ?? '')
          ? (params.module ?? [])
          : [],
    )
  const modules = view
    .rows('kernelModules')
    .flatMap((row) => (row.loaded || useOfModule(row.name) === undefined ? [] : row.name))
  return [...new Set([...named, ...modules])]
}
