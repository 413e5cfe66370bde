/** Stage 3, by exec into calico-node while it runs: folder modes, credentials, BIRD's sessions. */
import type { Coverage } from '#cluster/facts.ts'
import type { PodRow, RelationName } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { birdclArgv, parseBirdProtocols } from '#sources/formats/birdcl.ts'
import { parseProcStatuses, procStatusArgv } from '#sources/formats/proc-status.ts'
import { canonicalPath, parseStat, parseStatAbsent, type StatLine, statArgv } from '#sources/formats/stat.ts'
import type { ApiTrouble, ExecOutput } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { credentialsOf } from '#sources/live/deep/credentials.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, partial, type Reading, type ReadRow } from '#sources/reading.ts'

/** The host's folders as calico-node mounts them: projectcalico/calico:manifests/calico.yaml. */
const mountedFolders = ['/var/run/calico', '/var/lib/calico'] as const
// Up to Calico 3.30 the first, from 3.31 on the second; where /bin is a link both are the same file.
const birdExecutables = ['/usr/bin/bird', '/bin/bird'] as const

export async function readFromContainer(context: LiveContext, node: string, pod: PodRow): Promise<Reading> {
  const look = lookInto(context, node, pod)
  const stat = await look(statArgv([...mountedFolders, ...birdExecutables]))
  // Only a command that is not in the image leaves the others a chance.
  if (!stat.ok && stat.error.kind !== 'server-error') return unseen(node, stat.error)
  const files = stat.ok ? parseStat(stat.output.stdout) : []
  const [processes, sessions] = await Promise.all([look(procStatusArgv), look(birdclArgv)])
  return joined([
    stat.ok
      ? hostPaths(node, stat, files)
      : { rows: [], covered: [covered('hostPaths', node, missingBy(stat.error))] },
    credentials(node, processes, files),
    bgpSessions(node, sessions),
  ])
}

type Look =
  | { readonly ok: true; readonly output: ExecOutput; readonly source: string; readonly command: string }
  | { readonly ok: false; readonly error: ApiTrouble }

const lookInto =
  (context: LiveContext, node: string, { namespace, name }: PodRow) =>
  async (argv: readonly string[]): Promise<Look> => {
    const call = { namespace, pod: name, container: 'calico-node', argv }
    const answer = await context.api.exec(call, context.call)
    if (!answer.ok) return { ok: false, error: answer.error }
    return {
      ok: true,
      output: answer.value,
      source: `${node}, seen from pod ${namespace}/${name}`,
      command: context.commands.exec(call),
    }
  }

function hostPaths(node: string, look: Look & { readonly ok: true }, files: readonly StatLine[]): Reading {
  const from = (quote: string) => ({ source: look.source, command: look.command, quote })
  const absent = parseStatAbsent(look.output.stderr)
  const folders: readonly string[] = mountedFolders
  const rows = [
    ...files
      .filter(({ path }) => folders.includes(path))
      .map((file): ReadRow => hostPathRow(node, file, from(statText(file)))),
    ...absent
      .filter((path) => folders.includes(path))
      .map(
        (path): ReadRow => ({
          relation: 'hostPaths',
          row: { node, path: canonicalPath(path), exists: false },
          from: from(`${path}: No such file or directory`),
        }),
      ),
  ]
  return {
    rows,
    covered: [covered('hostPaths', node, statCoverage(look.output, rows.length, folders.length))],
  }
}

/** A path of which stat said neither what it is nor that it is not there was not read. */
export function statCoverage({ code, stderr }: ExecOutput, told: number, asked: number): Coverage {
  if (told === asked) return complete
  if (told > 0) return partial
  return { kind: 'missing', why: 'failed', says: `stat ended with ${code}: ${stderr.trim() || 'no output'}` }
}

/** A stat line as a row; `stat` does not say more of a device than that it is one. */
export const hostPathRow = (node: string, file: StatLine, from: ReadRow['from']): ReadRow => ({
  relation: 'hostPaths',
  row: {
    node,
    path: canonicalPath(file.path),
    exists: true,
    mode: file.mode,
    uid: file.uid,
    gid: file.gid,
    ...(file.kind === undefined ? {} : { kind: file.kind }),
  },
  from,
})

/** `0600 10001:0 /run/calico`, for quoting. */
export const statText = ({ mode, uid, gid, path }: StatLine): string =>
  `${mode.toString(8).padStart(4, '0')} ${uid}:${gid} ${path}`

/** BIRD's own credentials while it runs; else those that its executable would get from the process that starts it. */
function credentials(node: string, look: Look, files: readonly StatLine[]): Reading {
  if (!look.ok) return { rows: [], covered: [covered('processes', node, missingBy(look.error))] }
  const statuses = parseProcStatuses(look.output.stdout)
  const bird = statuses.find(({ name }) => name === 'bird')
  const [first] = statuses
  if (first === undefined) {
    const says = `no /proc/<pid>/status could be read: ${look.output.stderr.trim() || 'empty answer'}`
    return { rows: [], covered: [covered('processes', node, { kind: 'missing', why: 'failed', says })] }
  }
  const executable = birdExecutables.flatMap((path) => files.filter((file) => file.path === path))[0]
  const who =
    bird === undefined
      ? credentialsOf(first, executable)
      : { uid: bird.uid, gid: bird.gid, groups: bird.groups, capabilities: bird.effective }
  const quote =
    bird === undefined
      ? `bird would run as uid ${who.uid}, gid ${who.gid}, as process 1 (${first.name}) starts it`
      : `bird runs as uid ${who.uid}, gid ${who.gid}, CapEff ${who.capabilities?.join(',') || 'none'}`
  return {
    rows: [
      {
        relation: 'processes',
        row: { node, program: 'bird', ...who },
        from: { source: look.source, command: look.command, quote },
      },
    ],
    covered: [covered('processes', node, complete)],
  }
}

function bgpSessions(node: string, look: Look): Reading {
  if (!look.ok) return { rows: [], covered: [covered('bgpSessions', node, missingBy(look.error))] }
  const protocols = parseBirdProtocols(`${look.output.stdout}\n${look.output.stderr}`)
  switch (protocols.kind) {
    case 'sessions': {
      const rows = protocols.sessions.map(
        (session): ReadRow => ({
          relation: 'bgpSessions',
          row: { node, ...session },
          from: {
            source: look.source,
            command: look.command,
            quote: `${session.kind} ${session.peer} ${session.state}${session.info === undefined ? '' : ` ${session.info}`}`,
          },
        }),
      )
      return { rows, covered: [covered('bgpSessions', node, complete)] }
    }
    case 'no-bird':
      return {
        rows: [],
        covered: [
          covered('bgpSessions', node, { kind: 'missing', why: 'not-running', says: protocols.says }),
        ],
      }
    case 'unreadable': {
      const says = `birdcl answered nothing that can be read (exit ${look.output.code})`
      return { rows: [], covered: [covered('bgpSessions', node, { kind: 'missing', why: 'failed', says })] }
    }
    default:
      return protocols satisfies never
  }
}

/** Nothing could be seen from inside: said of every relation that would have come from there. */
function unseen(node: string, error: ApiTrouble): Reading {
  const relations = ['hostPaths', 'processes', 'bgpSessions'] as const
  return { rows: [], covered: relations.map((relation) => covered(relation, node, missingBy(error))) }
}

const covered = (relation: RelationName, node: string, coverage: Coverage) => ({
  relation,
  coverage,
  about: nodeSubject(node),
})
