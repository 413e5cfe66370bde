import type { Process, Program } from '#lab/host/ports.ts'
import { mayRead } from '#lab/network/tools/iptables-text.ts'

/** `ipset list|save [NAME]` */
export const ipset: Program = async (p) => {
  const [command, only, ...rest] = p.argv.slice(1).filter((word) => !word.startsWith('-'))
  const namesOnly = p.argv.includes('-n') || p.argv.includes('-name')
  if ((command !== 'list' && command !== 'save') || rest.length > 0) {
    p.stderr.write(
      `ipset v7.15: ${command === undefined ? 'No command specified.' : `Unknown argument ${command}`}\nTry \`ipset help' for more information.\n`,
    )
    return 2
  }
  if (!mayRead(p)) {
    p.stderr.write('ipset v7.15: Kernel error received: Operation not permitted\n')
    return 1
  }
  const sets = Object.entries(p.net.sets()).filter(([name]) => only === undefined || name === only)
  if (only !== undefined && sets.length === 0) {
    p.stderr.write('ipset v7.15: The set with the given name does not exist\n')
    return 1
  }
  sets.sort(([a], [b]) => (a < b ? -1 : 1))
  p.stdout.write(
    namesOnly
      ? sets.map(([name]) => `${name}\n`).join('')
      : sets.map(([name, members]) => listed(p, command, name, members)).join('\n'),
  )
  return 0
}

function listed(p: Process, command: 'list' | 'save', name: string, members: readonly string[]): string {
  const type = members.some((member) => member.includes('/')) ? 'hash:net' : 'hash:ip'
  const create = `family inet hashsize 1024 maxelem 1048576`
  if (command === 'save')
    return [`create ${name} ${type} ${create}\n`, ...members.map((m) => `add ${name} ${m}\n`)].join('')
  const rules = (['filter', 'nat'] as const).flatMap((table) => Object.values(p.net[table].chains()).flat())
  const references = rules.filter(({ match }) => match.set?.name === name).length
  return [
    `Name: ${name}`,
    `Type: ${type}`,
    'Revision: 7',
    `Header: ${create} bucketsize 12 initval 0x00000000`,
    `Size in memory: ${448 + 64 * members.length}`,
    `References: ${references}`,
    `Number of entries: ${members.length}`,
    'Members:',
    ...members,
    '',
  ].join('\n')
}
