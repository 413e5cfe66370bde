/**
 * iproute2's `ip`, as of 5.15, over the namespace of its process.
 *
 * Not imitated: IPv6, tables other than main, `-json` beyond routes, statistics, `-batch`, netns, monitor, rules that can change.
 */
import { Errno, type Process, type Program } from '#lab/host/ports.ts'
import { ipAddress } from '#lab/network/tools/ip-address.ts'
import { ipLink } from '#lab/network/tools/ip-link.ts'
import { ipNeighbour } from '#lab/network/tools/ip-neighbour.ts'
import { ipRoute } from '#lab/network/tools/ip-route.ts'
import { told } from '#lab/network/tools/ip-words.ts'

export interface IpStyle {
  readonly brief: boolean
  readonly oneLine: boolean
  readonly json: boolean
  readonly details: boolean
}

type Object = (p: Process, args: readonly string[], style: IpStyle) => Promise<string>

const objects: readonly (readonly [name: string, run: Object])[] = [
  ['address', ipAddress],
  ['link', ipLink],
  ['route', ipRoute],
  ['neighbour', ipNeighbour],
  ['neighbor', ipNeighbour],
  ['rule', async () => rules],
]

const rules = '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n'

export const ip: Program = async (p) => {
  const words = p.argv.slice(1)
  const style = { brief: false, oneLine: false, json: false, details: false }
  let family = 4
  while (words[0]?.startsWith('-')) {
    const option = words.shift() ?? ''
    if (/^-br(ief)?$/.test(option)) style.brief = true
    else if (/^-o(neline)?$/.test(option)) style.oneLine = true
    else if (/^-j(son)?$/.test(option)) style.json = true
    else if (option === '-6') family = 6
    else if (/^-d(etails)?$/.test(option)) style.details = true
    else if (!/^-(4|c|color|n|p|pretty|s|statistics)$/.test(option)) {
      p.stderr.write(`Option "${option}" is unknown, try "ip -help".\n`)
      return 255
    }
  }
  const [name = '', ...args] = words
  const object = name === '' ? undefined : objects.find(([full]) => full.startsWith(name))
  if (!object) {
    p.stderr.write(name === '' ? usage : `Object "${name}" is unknown, try "ip help".\n`)
    return name === '' ? 255 : 1
  }
  try {
    if (family === 6) return ofSixth(p, args[0], style)
    p.stdout.write(await object[1](p, args, style))
    return 0
  } catch (error) {
    return told(p, error)
  }
}

/** The lab's kernels have IPv6 switched off: nothing to list, and no way anywhere. */
function ofSixth(p: Process, verb: string | undefined, { json }: { readonly json: boolean }): number {
  if (verb !== undefined && !/^(s|sh|show|l|ls|list|lst)$/.test(verb)) throw new Errno('ENETUNREACH')
  if (json) p.stdout.write('[]\n')
  return 0
}

const usage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | neighbour | route | rule }
       OPTIONS := { -4 | -6 | -br[ief] | -o[neline] | -j[son] }
`
