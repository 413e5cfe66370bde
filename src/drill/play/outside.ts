/** What came into a served lab from outside, as far as a lab's history tells: other people's kubectl, commands and shells on nodes. */
import { changes } from '#drill/measure/evidence.ts'
import type { Lab } from '#lab/lab.ts'

export interface OutsideAct {
  readonly atMs: number
  /** `GET /api/v1/namespaces/kube-system/pods/calico-node-x/log` or `k8s-worker-03# ls -ld /run/calico`. */
  readonly line: string
  readonly changes: boolean
  /** The command of kubectl behind a request, as kubectl tells it since 1.22: `kubectl get`. */
  readonly by?: string
}

/** kubectl asks for these by itself. */
export const isDiscovery = (line: string): boolean =>
  / \/(version|openapi\S*|api(\/v1)?|apis(\/[^/?]+\/[^/?]+)?)(\?\S*)?$/.test(line)

/** Since `sinceMs`, in order. What the drill itself did (`own`: the places of its inputs in the history) is not among them. */
export function outsideActs(
  { history, nodes: machines }: Pick<Lab, 'history' | 'nodes'>,
  { sinceMs, own }: { readonly sinceMs: number; readonly own: ReadonlySet<number> },
): readonly OutsideAct[] {
  const nodes = new Map<number, string>()
  return history.inputs.flatMap(({ atMs, input }, index): readonly OutsideAct[] => {
    if (atMs < sinceMs || own.has(index)) return []
    switch (input.act) {
      case 'exec': {
        if (!machines.includes(input.node)) return [] // the customers' machine
        const line = `${input.node}# ${commandIn(input.argv)}`
        return [{ atMs, line, changes: changes(line) }]
      }
      case 'reboot': {
        const line = `${input.powerCut ? 'power-cut' : 'reboot'} ${input.node}`
        return [{ atMs, line, changes: true }]
      }
      case 'api':
      case 'stream': {
        const { method, url: path } = input.asked
        const isRead = method === 'GET' || /\/(exec|attach|portforward)\b|(access|token)reviews\b/.test(path)
        const by = input.asked.headers['kubectl-command']
        return [{ atMs, line: `${method} ${path}`, changes: !isRead, ...(by === undefined ? {} : { by }) }]
      }
      case 'open': {
        nodes.set(input.id, input.node)
        const line = `${input.node}# ${commandIn(input.argv)}`
        return input.terminal ? [] : [{ atMs, line, changes: changes(line) }]
      }
      case 'type': {
        const line = `${nodes.get(input.id) ?? 'node'}# ${input.text.trim()}`
        return input.text.trim() === '' ? [] : [{ atMs, line, changes: changes(line) }]
      }
      case 'cloud': {
        const line = `cloud$ ${input.argv.join(' ')}`
        return [{ atMs, line, changes: changes(line) }]
      }
      default:
        return []
    }
  })
}

/** Without the shell around it that `ninelives lab exec` puts there. */
function commandIn(argv: readonly string[]): string {
  if (argv[0] !== 'bash' || argv[1] !== '-c') return argv.join(' ')
  return argv[2] === '"$@"' ? argv.slice(4).join(' ') : (argv[2] ?? '')
}

/** Whether a look from outside is the one that `typed` would be: the same log, the same file. */
export function isThatLook(typed: string, { line }: OutsideAct): boolean {
  const log = /\blogs\s+(?:\S+\s+)*?([a-z0-9-]+-[a-z0-9]{5})\b/.exec(typed)?.[1]
  if (log !== undefined) return new RegExp(`/pods/${log}/log\\b`).test(line)
  const [, node, command] = /^([\w.-]+)#\s*(.+)$/.exec(typed) ?? []
  if (node !== undefined && command !== undefined) {
    const path = command.split(/\s+/).findLast((word) => word.startsWith('/'))
    return line.startsWith(`${node}# `) && (path === undefined ? line.includes(command) : line.includes(path))
  }
  const [, resource, name] = /\b(?:get|describe)\s+(\w+)s?\b(?:\s+([a-z0-9][\w.-]*))?/.exec(typed) ?? []
  return (
    resource !== undefined && line.includes(`/${resource}`) && (name === undefined || line.includes(name))
  )
}
