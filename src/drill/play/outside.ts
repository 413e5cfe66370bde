/** What came into a served lab from outside, as far as a lab's history tells: other people's kubectl, commands and shells on nodes. */
import { changes } from '#drill/measure/evidence.ts'
import type { Lab } from '#lab/lab.ts'

export interface OutsideAct {
  readonly atMs: number
  /** `GET /api/v1/namespaces/kube-system/pods/calico-node-x/log` or `k8s-worker-03# ls -ld /run/calico`. */
  readonly line: string
  readonly changes: boolean
}

/** Since `sinceMs`, in order. What the drill's own prompt does is not among them. */
export function outsideActs(lab: Lab, sinceMs: number): readonly OutsideAct[] {
  const nodes = new Map<number, string>()
  return lab.history.inputs.flatMap(({ atMs, input }): readonly OutsideAct[] => {
    if (atMs < sinceMs) return []
    switch (input.act) {
      case 'api':
      case 'stream': {
        const { method, url: path } = input.asked
        const isRead = method === 'GET' || /\/(exec|attach|portforward)\b|(access|token)reviews\b/.test(path)
        return [{ atMs, line: `${method} ${path}`, changes: !isRead }]
      }
      case 'open': {
        nodes.set(input.id, input.node)
        const line = `${input.node}# ${input.argv.join(' ')}`
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
