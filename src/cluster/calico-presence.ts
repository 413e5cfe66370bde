/** Whether facts speak of Calico at all. Somebody else's trouble may look like one of Calico's from afar. */

import { isOfCalico } from '#cluster/calico-messages.ts'
import type { Facts } from '#cluster/facts.ts'
import type { SettingSource } from '#cluster/relations.ts'

/** Some row is Calico's own: its pods, programs, resources, settings, devices, routes, chains, versions. */
export const isAboutCalico = (facts: Facts): boolean =>
  owned.some((relation) => facts.rows(relation).length > 0) ||
  facts.rows('pods').some(({ component }) => component !== undefined) ||
  facts.rows('messages').some((row) => isOfCalico(facts, row)) ||
  facts.rows('settings').some(({ of }) => ownSettings.has(of)) ||
  facts.rows('versions').some(({ of }) => isName(of)) ||
  facts.rows('links').some(({ name }) => isDevice(name)) ||
  facts.rows('managedLinks').some(({ link }) => isDevice(link)) ||
  facts.rows('routes').some(({ dev, proto }) => proto === 'bird' || isDevice(dev ?? '')) ||
  facts.rows('filterChains').some(({ chain }) => chain.startsWith('cali-') || chain.startsWith('felix-')) ||
  facts.rows('filterRules').some(({ target }) => target.startsWith('cali-') || target.startsWith('felix-')) ||
  facts.rows('hostPaths').some(({ path }) => isName(path)) ||
  [...facts.rows('daemonSets'), ...facts.rows('services'), ...facts.rows('endpoints')].some(({ name }) =>
    isName(name),
  ) ||
  facts.rows('events').some(({ about, message }) => isName(about.name) || isName(message))

/** Relations that only Calico fills. */
const owned = [
  'ipPools',
  'bgpSessions',
  'bgpPeers',
  'calicoNodes',
  'ipamBlocks',
  'hostEndpoints',
  'processes',
] as const

const ownSettings: ReadonlySet<SettingSource> = new Set<SettingSource>([
  'env',
  'felix',
  'FelixConfiguration',
  'BGPConfiguration',
  'KubeControllersConfiguration',
  'IPAMConfig',
  'Installation',
  'ClusterInformation',
  'bird',
])

const isName = (text: string): boolean => /calico|tigera|typha|felix|canal/i.test(text)

const isDevice = (name: string): boolean =>
  /^(?:cali[0-9a-f]|tunl0|vxlan\S*\.calico|w\S+\.cali|bpf\S*\.cali)/.test(name)
