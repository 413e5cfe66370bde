import type { ProcessRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { parseProcStatus } from '#sources/formats/proc-status.ts'
import type { ReadRow } from '#sources/reading.ts'
import { nodeOrPod, place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'

const programs = new Set(['bird', 'bird6', 'calico-node'])

/** Credentials of Calico's programs: `grep … /proc/<pid>/status`, `cat /proc/<pid>/status`, `ps` with a user column. */
export const processesReader: Reader = {
  read: (source, at, scope) => procStatus(source, at, scope) ?? processTable(source, at, scope),
}

const statusLine =
  /^(?:\/proc\/(?<pid>\d{1,8}|self)\/status:)?(?<field>Name|Umask|State|Tgid|Pid|PPid|Uid|Gid|Groups|Cap(?:Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp):(?:\s|$)/

function procStatus(source: Source, at: number, scope: Scope): Taken | undefined {
  const byPid = new Map<string, { at: number; lines: string[] }>()
  let next = at
  for (; next < source.lines.length; next++) {
    const text = source.lines[next]?.text ?? ''
    const m = statusLine.exec(text)?.groups
    if (m === undefined || (next === at && m.field !== 'Name')) break
    const pid = m.pid ?? ''
    const open = m.field === 'Name' && pid === '' && byPid.has('') ? undefined : byPid.get(pid)
    const own = open ?? { at: next, lines: [] }
    byPid.set(open === undefined && byPid.has(pid) ? `${pid}@${next}` : pid, own)
    own.lines.push(text.replace(/^\/proc\/\w+\/status:/, ''))
  }
  if (next - at < 2) return undefined
  const rows = [...byPid.values()].flatMap(({ at: line, lines }): readonly ReadRow[] => {
    const status = parseProcStatus(lines.join('\n'))
    if (status === undefined || !programs.has(status.name)) return []
    const { uid, gid, groups } = status
    const isTold = lines.some((each) => each.startsWith('CapEff'))
    const row: ProcessRow = {
      node: nodeOrPod(scope),
      program: status.name,
      uid,
      gid,
      ...(groups.length > 0 && { groups }),
      ...(isTold && { capabilities: status.effective }),
    }
    return [{ relation: 'processes', row, from: place(source, line, scope) }]
  })
  return taken({ lines: next - at, rows, scope })
}

/** `ps -eo uid,gid,args` and its kin: a header with a user's column, the command last. */
function processTable(source: Source, at: number, scope: Scope): Taken | undefined {
  const header = (source.lines[at]?.text ?? '').trim().split(/\s+/)
  const user = header.findIndex((cell) => /^(?:E?UID|E?USER)$/.test(cell))
  const group = header.findIndex((cell) => /^(?:E?GID|E?GROUP)$/.test(cell))
  const command = header.findIndex((cell) => /^(?:CMD|COMMAND|ARGS)$/.test(cell))
  if (user < 0 || command !== header.length - 1 || command === 0) return undefined
  const rows: ReadRow[] = []
  let next = at + 1
  for (; next < source.lines.length; next++) {
    const cells = (source.lines[next]?.text ?? '').trim().split(/\s+/)
    if (cells.length <= command || !/^[\w.+-]{1,40}$/.test(cells[user] ?? '')) break
    const program = (cells[command] ?? '').replace(/^.*\//, '')
    const uid = idOf(cells[user])
    if (!programs.has(program) || uid === undefined) continue
    const gid = group < 0 ? undefined : idOf(cells[group])
    const row: ProcessRow = { node: nodeOrPod(scope), program, uid, ...(gid !== undefined && { gid }) }
    rows.push({ relation: 'processes', row, from: place(source, next, scope) })
  }
  return next === at + 1 ? undefined : taken({ lines: next - at, rows, scope })
}

const idOf = (owner: string | undefined): number | undefined =>
  owner === 'root' ? 0 : owner !== undefined && /^\d{1,10}$/.test(owner) ? Number(owner) : undefined

const taken = (o: {
  readonly lines: number
  readonly rows: readonly ReadRow[]
  readonly scope: Scope
}): Taken => ({
  lines: o.lines,
  format: 'processes and their credentials',
  rows: o.rows,
  covered: [{ relation: 'processes', coverage: { kind: 'partial' } }],
  ...(o.scope.node !== undefined && { about: nodeSubject(o.scope.node) }),
})
