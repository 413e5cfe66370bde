import { allCapabilities, user } from '#lab/host/credentials.ts'
import { groupByName, groupsOf, userByName } from '#lab/host/os/accounts.ts'
import type { Capability, Credentials, Files } from '#lab/host/ports.ts'
import { defaultPath } from '#lab/host/process/execute.ts'
import { textOf, type Unit } from '#lab/host/systemd/unit.ts'

/** As whom and with which environment a service's commands run; a name that nobody has answers its exit code. */
export async function executionOf(
  files: Files,
  unit: Unit,
): Promise<{ as: Credentials; env: Record<string, string> } | { exitCode: 216 | 217 }> {
  const bounding = capabilitySet(unit.boundingSet)
  const account = unit.user === undefined ? undefined : await userByName(files, unit.user)
  if (unit.user !== undefined && account === undefined) return { exitCode: 217 }
  const group = unit.group === undefined ? undefined : await groupByName(files, unit.group)
  if (unit.group !== undefined && group === undefined) return { exitCode: 216 }
  const as = user({
    uid: account?.uid ?? 0,
    gid: group?.gid ?? account?.gid ?? 0,
    groups: account === undefined ? [] : await groupsOf(files, account.name),
    bounding,
    ambient: new Set([...capabilitySet(unit.ambientCapabilities)].filter((each) => bounding.has(each))),
    noNewPrivileges: unit.noNewPrivileges,
  })
  return { as, env: await environmentOf(files, unit) }
}

function capabilitySet(names: readonly string[] | undefined): ReadonlySet<Capability> {
  if (names === undefined) return allCapabilities
  const wanted = new Set(names.map((name) => name.toUpperCase().replace(/^CAP_/, '')))
  return new Set([...allCapabilities].filter((each) => wanted.has(each)))
}

async function environmentOf(files: Files, unit: Unit): Promise<Record<string, string>> {
  const env: Record<string, string> = { PATH: defaultPath, LANG: 'C.UTF-8' }
  const assign = (line: string): void => {
    const equals = line.indexOf('=')
    if (equals > 0) env[line.slice(0, equals)] = line.slice(equals + 1)
  }
  unit.environment.forEach(assign)
  for (const path of unit.environmentFiles) {
    const text = (await textOf(files, path.replace(/^-/, ''))) ?? ''
    for (const line of text.split('\n')) if (!/^\s*([#;]|$)/.test(line)) assign(unquoted(line.trim()))
  }
  return env
}

const unquoted = (line: string): string => line.replace(/=(["'])(.*)\1$/, '=$2')

/** `$NAME` and `${NAME}` in a command line; a lone `$NAME` becomes as many words as its value has. */
export function expandArguments(argv: readonly string[], env: Readonly<Record<string, string>>): string[] {
  return argv.flatMap((word) => {
    const lone = /^\$(\w+)$/.exec(word)?.[1]
    if (lone !== undefined) return (env[lone] ?? '').split(/\s+/).filter((each) => each !== '')
    return [word.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '')]
  })
}
