/** Stage 3, through a shell on a node in trouble: what its kernel, runtime and units show, read as a paste of the same would be. */
import { commandLine } from '#base/command-line.ts'
import type { Facts } from '#cluster/facts.ts'
import { type RelationName, relationNames } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { ExecOutput, NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { type HostCommand, hostCommands } from '#sources/live/deep/host-commands.ts'
import { complete, joined, nothing, type Reading, type ReadRow } from '#sources/reading.ts'

/**
 * Runs commands that change nothing on one node. What a machine does not have (nmcli, crictl) tells nothing; the rest is
 * read by the same readers that read pasted text, which are loaded only now.
 */
export async function readFromHostCommands(
  context: LiveContext,
  {
    shell,
    node,
    nowMs,
    commands = hostCommands,
    source = node,
  }: {
    readonly shell: NodeShell
    readonly node: string
    readonly nowMs: number
    readonly commands?: readonly HostCommand[]
    /** From where the node is seen, for quoting. */
    readonly source?: string
  },
): Promise<Reading> {
  const { readText } = await import('#sources/text/index.ts')
  const readings = commands.map(async (command): Promise<Reading> => {
    const answer = await shell.run(node, command.argv, context.call)
    if (!answer.ok) return nothing
    const text = paste(command, answer.value)
    if (text === undefined) return nothing
    const { facts } = readText([{ name: source, text }], { node, nowMs })
    return {
      rows: rowsOf(facts, shell.command(node, command.argv)),
      covered: answer.value.code === 0 ? wholeOf(command, node) : [],
    }
  })
  return joined(await Promise.all(readings))
}

/** As it would stand in a terminal of the host: the readers know a format by its command, too. */
function paste({ argv, mount }: HostCommand, { stdout, stderr }: ExecOutput): string | undefined {
  const output = stdout === '' ? stderr : `${stdout}${remarks(stderr)}`
  if (output.trim() === '') return undefined
  const text = `# ${commandLine(argv)}\n${output}`
  return mount === undefined ? text : text.replaceAll(mount.at, mount.of)
}

/** What a tool remarks of its output belongs to it: `# Warning: iptables-legacy tables present, …`. */
const remarks = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('# '))
    .map((line) => `${line}\n`)
    .join('')

const rowsOf = (facts: Facts, command: string): readonly ReadRow[] =>
  relationNames.flatMap((relation) =>
    facts.rows(relation).map(({ from, ...row }) => rowOf(relation, row, { ...from, command })),
  )

// The row is of the relation that it was just asked for, which TypeScript does not follow through a union.
const rowOf = (relation: RelationName, row: object, from: ReadRow['from']): ReadRow =>
  ({ relation, row, from }) as ReadRow

const wholeOf = ({ whole }: HostCommand, node: string): Reading['covered'] =>
  whole.map((relation) => ({ relation, coverage: complete, about: nodeSubject(node) }))
