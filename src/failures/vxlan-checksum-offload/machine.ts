import { type EncapsulationReads, tunnelTold } from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import { isOff, isOn } from '#cluster/settings.ts'
import { tunnelNamed } from '#cluster/tunnels.ts'
import { isBefore, versionsOf } from '#cluster/versions.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/** What cards and kernels are known for. None of it is a fault by itself. */
export const machineSigns = (view: Reads<EncapsulationReads | 'versions'>): readonly Sign[] =>
  tunnelTold(view, 'vxlan') === undefined && view.rows('settings').every(({ of }) => of !== 'ethtool')
    ? []
    : [...ofCards(view), ...ofOffloads(view), ...ofKernels(view)]

/** Virtual cards of VMware: the hypervisor makes sums of VXLAN packets, and some of its versions make them wrong. */
const ofCards = (view: Reads<'settings'>): readonly Sign[] =>
  view
    .rows('settings')
    .filter(({ of, name, value }) => of === 'ethtool' && name === 'driver' && value === 'vmxnet3')
    .map((row) => sign(row, 'weak', 'the card is VMware’s vmxnet3'))

const ofOffloads = (view: Reads<'settings'>): readonly Sign[] =>
  view
    .rows('settings')
    .filter(
      ({ of, name, in: device }) =>
        of === 'ethtool' && sums.has(name) && tunnelNamed(device ?? '')?.kind === 'vxlan',
    )
    .flatMap((row) => {
      if (isOn(row)) return [sign(row, 'weak', `${row.in} leaves checksums to the card`)]
      return isOff(row) ? [sign(row, 'against', `${row.in} makes its checksums itself`)] : []
    })

const sums: ReadonlySet<string> = new Set(['tx-checksumming', 'tx-checksum-ip-generic'])

/** @see projectcalico/calico:felix/environment/feature_detect.go (v5Dot7Dot0) */
const ofKernels = (view: Reads<'versions'>): readonly Sign[] =>
  versionsOf(view, 'kernel')
    .filter(({ version }) => isBefore(version, '5.7') === true)
    .map((row) =>
      sign(row, 'weak', `kernel ${row.version} spoils the sum of a packet that is masqueraded twice`),
    )
