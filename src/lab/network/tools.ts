import type { Program, Tree } from '#lab/host/ports.ts'
import { curl } from '#lab/network/tools/curl.ts'
import { ip } from '#lab/network/tools/ip.ts'
import { ipset } from '#lab/network/tools/ipset.ts'
import { iptables } from '#lab/network/tools/iptables.ts'
import { iptablesRestore } from '#lab/network/tools/iptables-restore.ts'
import { iptablesSave } from '#lab/network/tools/iptables-save.ts'
import { nc } from '#lab/network/tools/nc.ts'
import { nft } from '#lab/network/tools/nft.ts'
import { dig, nslookup } from '#lab/network/tools/nslookup.ts'
import { ping } from '#lab/network/tools/ping.ts'
import { ss } from '#lab/network/tools/ss.ts'
import { wget } from '#lab/network/tools/wget.ts'

/** What people and scripts look at the network with, by the name of the executable. */
export const toolPrograms: Readonly<Record<string, Program>> = {
  ip,
  ss,
  ping,
  curl,
  wget,
  nc,
  nslookup,
  dig,
  iptables,
  'iptables-nft': iptables,
  'iptables-nft-restore': iptablesRestore,
  'iptables-nft-save': iptablesSave,
  'iptables-restore': iptablesRestore,
  'iptables-save': iptablesSave,
  ipset,
  nft,
}

/** All of them under /usr/bin, with the file capability that lets anybody ping. For hosts and images. */
export const networkTools = (): Tree =>
  Object.keys(toolPrograms).map((name) => ({
    path: `/usr/bin/${name}`,
    kind: 'file',
    mode: 0o755,
    program: name,
    ...(name === 'ping' ? { capabilities: ['NET_RAW'] as const } : {}),
  }))
