import type { Program, Tree } from '#lab/host/ports.ts'
import { arping } from '#lab/network/tools/arping.ts'
import { bridge } from '#lab/network/tools/bridge.ts'
import { conntrack } from '#lab/network/tools/conntrack.ts'
import { curl } from '#lab/network/tools/curl.ts'
import { ethtool } from '#lab/network/tools/ethtool.ts'
import { ip } from '#lab/network/tools/ip.ts'
import { ipset } from '#lab/network/tools/ipset.ts'
import { iptables } from '#lab/network/tools/iptables.ts'
import { iptablesRestore } from '#lab/network/tools/iptables-restore.ts'
import { iptablesSave } from '#lab/network/tools/iptables-save.ts'
import { nc } from '#lab/network/tools/nc.ts'
import { netstat, route } from '#lab/network/tools/netstat.ts'
import { nft } from '#lab/network/tools/nft.ts'
import { dig, nslookup } from '#lab/network/tools/nslookup.ts'
import { openssl } from '#lab/network/tools/openssl.ts'
import { ping } from '#lab/network/tools/ping.ts'
import { ss } from '#lab/network/tools/ss.ts'
import { tcpdump } from '#lab/network/tools/tcpdump.ts'
import { traceroute } from '#lab/network/tools/traceroute.ts'
import { wget } from '#lab/network/tools/wget.ts'

/** What every host and image of the lab has, by the name of the executable. */
const everywhere: Readonly<Record<string, Program>> = {
  ip,
  bridge,
  ss,
  ping,
  curl,
  wget,
  nc,
  nslookup,
  dig,
  iptables,
  'iptables-legacy': iptables,
  'iptables-legacy-restore': iptablesRestore,
  'iptables-legacy-save': iptablesSave,
  'iptables-nft': iptables,
  'iptables-nft-restore': iptablesRestore,
  'iptables-nft-save': iptablesSave,
  'iptables-restore': iptablesRestore,
  'iptables-save': iptablesSave,
  ipset,
  nft,
}

/** What is installed on hosts and in images made to look around with, and in no other. */
const forLooking: Readonly<Record<string, Program>> = {
  arping,
  conntrack,
  ethtool,
  netstat,
  openssl,
  route,
  tcpdump,
  traceroute,
}

/** What people and scripts look at the network with, by the name of the executable. */
export const toolPrograms: Readonly<Record<string, Program>> = { ...everywhere, ...forLooking }

/** Under /usr/bin, with the file capability that lets anybody ping. For hosts and images. */
export const networkTools = (): Tree => executables(Object.keys(everywhere))

/** Those of hosts, and of images made to look around with, beside {@link networkTools}. */
export const lookingTools = (): Tree => executables(Object.keys(forLooking))

const executables = (names: readonly string[]): Tree =>
  names.map((name) => ({
    path: `/usr/bin/${name}`,
    kind: 'file',
    mode: 0o755,
    program: name,
    ...(name === 'ping' ? { capabilities: ['NET_RAW'] as const } : {}),
  }))
