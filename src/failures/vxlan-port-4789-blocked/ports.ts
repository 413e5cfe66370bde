import type { EncapsulationReads } from '#cluster/encapsulation.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { parametersRead } from '#cluster/felix-log.ts'
import type { LinkRow } from '#cluster/relations.ts'
import { felixSettings, numberOf } from '#cluster/settings.ts'
import { tunnelNamed } from '#cluster/tunnels.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

const usualPort = 4789

/** The port that counts: what a node's device has, else the setting that wins. */
export const vxlanPortOf = (view: Reads<'links' | 'settings'>): number =>
  devices(view)[0]?.vxlan?.port ?? configured(view)[0]?.port ?? usualPort

/** Nodes that do not agree on the port; a change that has no effect; somebody else who has it. */
export const portSigns = (view: Reads<EncapsulationReads | 'listeners' | 'messages'>): readonly Sign[] => [
  ...ofSettings(view),
  ...ofLog(view),
  ...ofDevices(view),
  ...ofListeners(view),
]

const configured = (view: Reads<'settings'>) =>
  felixSettings(view, 'VXLANPort').flatMap((row) => {
    const port = numberOf(row)
    return port === undefined ? [] : [{ row, port }]
  })

function ofSettings(view: Reads<'settings'>): readonly Sign[] {
  const [winner, ...others] = configured(view)
  if (winner === undefined) return []
  return others
    .filter(({ port }) => port !== winner.port)
    .flatMap(({ row, port }) => [
      sign(row, 'strong', `vxlanPort ${port} counts for nothing: ${winner.row.name}=${winner.port} wins`),
      sign(winner.row, 'weak', `${winner.row.name} is ${winner.port}`),
    ])
}

/** Felix writes down what it reads in each place; only the first place counts. */
function ofLog(view: Reads<'messages'>): readonly Sign[] {
  const [winner, ...others] = parametersRead(view, 'VXLANPort')
  return others
    .filter(({ value }) => value !== winner?.value)
    .map(({ row, value, from }) =>
      sign(
        row,
        'strong',
        `VXLANPort ${value} from ${from} counts for nothing: ${winner?.value} from ${winner?.from} wins`,
      ),
    )
}

const devices = (view: Reads<'links'>): readonly Fact<LinkRow>[] =>
  view
    .rows('links')
    .filter(({ name, vxlan }) => tunnelNamed(name)?.kind === 'vxlan' && vxlan?.port !== undefined)

function ofDevices(view: Reads<'links' | 'settings'>): readonly Sign[] {
  const [first, ...others] = devices(view)
  const differing = others.filter(({ vxlan }) => vxlan?.port !== first?.vxlan?.port)
  const wanted = configured(view)[0]
  return [
    ...differing.map((row) =>
      sign(row, 'decisive', `nodes use different ports: ${row.vxlan?.port} and ${first?.vxlan?.port}`),
    ),
    ...(first !== undefined && wanted !== undefined && wanted.port !== first.vxlan?.port
      ? [
          sign(
            first,
            'strong',
            `the device uses port ${first.vxlan?.port}, ${wanted.row.name} says ${wanted.port}`,
          ),
        ]
      : []),
  ]
}

/** The kernel's own socket for VXLAN has no program. */
function ofListeners(view: Reads<'links' | 'settings' | 'listeners'>): readonly Sign[] {
  const port = vxlanPortOf(view)
  return view
    .rows('listeners')
    .filter((row) => row.protocol === 'udp' && row.port === port && row.program !== undefined)
    .map((row) => sign(row, 'strong', `${row.program} has UDP port ${port}`))
}
