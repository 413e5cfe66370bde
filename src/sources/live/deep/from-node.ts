/** Stage 3, through a shell on the node: the host's folders and its tmpfiles.d. Works while calico-node is down. */
import type { Coverage } from '#cluster/facts.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { canonicalPath, parseStat, parseStatAbsent, statArgv } from '#sources/formats/stat.ts'
import { parseTmpfiles, tmpfilesArgv } from '#sources/formats/tmpfiles.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { hostPathRow, statCoverage, statText } from '#sources/live/deep/from-container.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, type Reading, type ReadRow } from '#sources/reading.ts'

/** Folders of the host that calico-node needs: projectcalico/calico:manifests/calico.yaml (hostPath volumes). */
const hostFolders = ['/run/calico', '/var/lib/calico', '/var/log/calico'] as const

export const readFromNode = async (context: LiveContext, shell: NodeShell, node: string): Promise<Reading> =>
  joined(await Promise.all([hostPaths(context, shell, node), tmpfilesEntries(context, shell, node)]))

async function hostPaths(context: LiveContext, shell: NodeShell, node: string): Promise<Reading> {
  const argv = statArgv(hostFolders)
  const answer = await shell.run(node, argv, context.call)
  const cover = (coverage: Coverage) => [
    { relation: 'hostPaths' as const, coverage, about: nodeSubject(node) },
  ]
  if (!answer.ok) return { rows: [], covered: cover(missingBy(answer.error)) }
  const from = (quote: string) => ({ source: node, command: shell.command(node, argv), quote })
  const rows = [
    ...parseStat(answer.value.stdout).map((file) => hostPathRow(node, file, from(statText(file)))),
    ...parseStatAbsent(answer.value.stderr).map(
      (path): ReadRow => ({
        relation: 'hostPaths',
        row: { node, path: canonicalPath(path), exists: false },
        from: from(`${path}: No such file or directory`),
      }),
    ),
  ]
  return { rows, covered: cover(statCoverage(answer.value, rows.length, hostFolders.length)) }
}

async function tmpfilesEntries(context: LiveContext, shell: NodeShell, node: string): Promise<Reading> {
  const answer = await shell.run(node, tmpfilesArgv, context.call)
  const cover = (coverage: Coverage) => [
    { relation: 'tmpfilesEntries' as const, coverage, about: nodeSubject(node) },
  ]
  if (!answer.ok) return { rows: [], covered: cover(missingBy(answer.error)) }
  const { stdout, stderr, code } = answer.value
  // grep: 0 found, 1 nothing found, 2 trouble: with -s that is a folder that is not there, or one it may not read.
  if (code > 2) {
    const says = `grep ended with ${code}: ${stderr.trim()}`
    return { rows: [], covered: cover({ kind: 'missing', why: 'failed', says }) }
  }
  const rows = parseTmpfiles(stdout, hostFolders).map(
    (entry): ReadRow => ({
      relation: 'tmpfilesEntries',
      row: { node, ...entry },
      from: {
        source: `${node}:${entry.file}`,
        command: shell.command(node, tmpfilesArgv),
        quote: lineOf(stdout, entry.file, entry.path),
      },
    }),
  )
  return { rows, covered: cover(complete) }
}

/** The line as it stands in the file; where the folder's name was rewritten, the folder and path decide. */
function lineOf(stdout: string, file: string, path: string): string {
  const lines = stdout.split('\n').filter((line) => line.startsWith(`${file}:`))
  const line =
    lines.find((each) => each.includes(` ${path} `) || each.includes(` /var${path} `)) ?? lines[0] ?? ''
  return line.slice(file.length + 1).trim()
}
