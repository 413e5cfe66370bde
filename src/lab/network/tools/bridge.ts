/**
 * iproute2's `bridge fdb`: which machine a VXLAN device sends the frames for a MAC address to.
 *
 * Not imitated: bridges themselves (`link`, `vlan`, `mdb` show none), entries that are learnt (Calico's device learns nothing),
 * multicast addresses of Ethernet devices.
 */
import type { Process, Program } from '#lab/host/ports.ts'
import { commandOf, deviceNamed, keyed, told, Usage } from '#lab/network/tools/ip-words.ts'

export const bridge: Program = async (p) => {
  const words = p.argv.slice(1).filter((word) => !/^-(d|details|s|statistics|4|c|color)$/.test(word))
  const [object, ...args] = words
  const full = commandOf(object, ['link', 'fdb', 'mdb', 'vlan'])
  if (full === undefined) {
    p.stderr.write(object === undefined ? usage : `Object "${object}" is unknown, try "bridge help".\n`)
    return 255
  }
  if (full !== 'fdb') return 0
  try {
    p.stdout.write(await fdb(p, args))
    return 0
  } catch (error) {
    return told(p, error)
  }
}

async function fdb(p: Process, args: readonly string[]): Promise<string> {
  const command = commandOf(args[0], ['show', 'list', 'add', 'append', 'replace', 'delete'])
  if (command === undefined || command === 'show' || command === 'list') {
    const { values, bare } = keyed(args.slice(1), ['dev', 'br', 'brport'])
    return show(p, values.get('dev') ?? bare[0])
  }
  const { values, bare } = keyed(args.slice(1), ['dev', 'dst'])
  const [mac = '', link = ''] = [bare[0], values.get('dev')]
  if (mac === '' || link === '') throw new Usage('Device and address are required arguments.')
  deviceNamed(p, link)
  if (command === 'delete') {
    if (!p.net.fdb().some((entry) => entry.link === link && entry.mac === mac))
      throw new Usage('RTNETLINK answers: No such file or directory', 2)
    await p.net.apply([{ op: 'fdb-del', link, mac }])
    return ''
  }
  const destination = values.get('dst')
  if (destination === undefined) throw new Usage('RTNETLINK answers: Operation not supported', 2)
  await p.net.apply([{ op: 'fdb-replace', entry: { link, mac, destination } }])
  return ''
}

function show(p: Process, dev: string | undefined): string {
  if (dev !== undefined) deviceNamed(p, dev)
  return p.net
    .fdb()
    .filter(({ link }) => dev === undefined || link === dev)
    .map(
      ({ link, mac, destination }) =>
        `${mac}${dev === undefined ? ` dev ${link}` : ''} dst ${destination} self permanent\n`,
    )
    .join('')
}

const usage = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb | mdb | vlan | monitor }
`
