import type { Node } from '#lab/api/objects.ts'
import type { Log } from '#lab/calico/log.ts'
import { autodetect } from '#lab/calico/node/autodetect.ts'
import type { Process } from '#lab/host/ports.ts'

/** What one look found, what it lay on, and how to say it again. */
interface Looked {
  readonly epoch: number
  readonly addresses: Node['status']['addresses']
  readonly found: string | undefined
  readonly say: () => void
}

/**
 * {@link autodetect} by the method of the environment, for who looks again and again: as long as nothing has moved
 * (docs/decisions/0012) and the Node has its addresses, what was found and said with success is found and said again.
 */
export function addressLook(p: Process, log: Log): (node: Node) => string | undefined {
  const method = p.env.IP_AUTODETECTION_METHOD ?? ''
  let last: Looked | undefined
  return (node) => {
    const { epoch } = p
    const { addresses } = node.status
    if (last?.epoch === epoch && last.addresses === addresses) {
      last.say()
      return last.found
    }
    const said: ((() => void) | undefined)[] = []
    const info: Log['info'] = (at, text, fields) => {
      log.info(at, text, fields)
      said.push(fields === undefined ? log.repeated?.(at, text) : undefined)
    }
    const found = autodetect(p, { ...log, info }, method, node)
    const [say, ...more] = said
    const isAgain = found !== undefined && say !== undefined && more.length === 0
    last = isAgain ? { epoch, addresses, found, say } : undefined
    return found
  }
}
