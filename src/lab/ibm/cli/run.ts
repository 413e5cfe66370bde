import type { Output } from '#lab/host/ports.ts'
import { cluster } from '#lab/ibm/account.ts'
import { accountCommands } from '#lab/ibm/cli/account-commands.ts'
import { aclCommands } from '#lab/ibm/cli/acl-commands.ts'
import { clusterCommands } from '#lab/ibm/cli/cluster-commands.ts'
import { type Call, type Command, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { defaultRulesCommands } from '#lab/ibm/cli/default-rules-commands.ts'
import { endpointGatewayCommands } from '#lab/ibm/cli/endpoint-gateway-commands.ts'
import { gatewayCommands } from '#lab/ibm/cli/gateway-commands.ts'
import { healthCommands } from '#lab/ibm/cli/health-commands.ts'
import { poolCommands } from '#lab/ibm/cli/pool-commands.ts'
import { publicGatewayCommands } from '#lab/ibm/cli/public-gateway-commands.ts'
import { routeCommands } from '#lab/ibm/cli/route-commands.ts'
import { securityGroupCommands } from '#lab/ibm/cli/security-group-commands.ts'
import { serviceEndpointCommands } from '#lab/ibm/cli/service-endpoint-commands.ts'
import { subnetCommands } from '#lab/ibm/cli/subnet-commands.ts'
import { vlanCommands } from '#lab/ibm/cli/vlan-commands.ts'
import { type Words, wordsOf } from '#lab/ibm/cli/words.ts'
import { workerCommands } from '#lab/ibm/cli/worker-commands.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import type { Task } from '#lab/kernel/kernel.ts'

const commands: Commands = {
  ...clusterCommands,
  ...serviceEndpointCommands,
  ...workerCommands,
  ...poolCommands,
  ...vlanCommands,
  ...accountCommands,
  ...securityGroupCommands,
  ...defaultRulesCommands,
  ...healthCommands,
  ...gatewayCommands,
  ...aclCommands,
  ...subnetCommands,
  ...publicGatewayCommands,
  ...endpointGatewayCommands,
  ...routeCommands,
}

/**
 * `ibmcloud` with the plug-ins for containers and infrastructure, as far as people need them around calico-node: who is logged in,
 * and to which region, is settled.
 *
 * Not imitated: log-in and targets, questions before what cannot be undone (every answer is yes), help beyond a list of the commands
 * that there are, most commands.
 */
export async function runCommand(account: IbmAccount, task: Task, argv: readonly string[]): Promise<Output> {
  const words = wordsOf(argv)
  const call: Call = { account, task, words }
  try {
    if (words.unknown !== undefined)
      throw new Refused(`Incorrect Usage: flag provided but not defined: -${words.unknown}`)
    const [first = ''] = words.command
    if (words.has('help') || first === '' || first === 'help')
      return { code: 0, stdout: help(words), stderr: '' }
    const [command, name] = found(words.command, call)
    check(command, name, call)
    return { code: 0, stdout: await command.run(call), stderr: '' }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { code: 1, stdout: '', stderr: `FAILED\n${error.message}\n\n` }
  }
}

/** The commands whose names begin with the words, or all. */
function help({ command }: Words): string {
  const asked = command.filter((word) => word !== 'help').join(' ')
  const names = Object.keys(commands).filter((name) => asked === '' || `${name} `.startsWith(`${asked} `))
  const shown = names.length > 0 ? names : Object.keys(commands)
  return `USAGE:\n${shown.map((name) => `  ibmcloud ${name}${optionsOf(commands[name])}\n`).join('')}`
}

const optionsOf = (command: Command | undefined): string =>
  (command?.needs ?? []).map((option) => ` --${option} ${option.toUpperCase()}`).join('')

/** The longest name that the words begin with; what follows is the command's. */
function found(words: readonly string[], _: Call): readonly [Command, string] {
  for (let length = words.length; length > 0; length--) {
    const name = words.slice(0, length).join(' ')
    const command = commands[name]
    if (command !== undefined) return [command, name]
  }
  const known = Object.keys(commands).filter((name) => name.startsWith(`${words.join(' ')} `))
  throw new Refused(
    known.length > 0
      ? `Incorrect Usage: one of these is meant:\n${known.map((name) => `  ibmcloud ${name}`).join('\n')}`
      : `'${words.join(' ')}' is not a registered command. See 'ibmcloud help'.`,
  )
}

function check({ needs = [], only }: Command, name: string, { account, words }: Call): void {
  for (const option of needs)
    if (words.option(option) === undefined)
      throw new Refused(`Incorrect Usage: Required flag "${option}" not set`)
  const asked = words.option('cluster')
  if (asked !== undefined && asked !== cluster.name && asked !== cluster.id)
    throw new Refused('The specified cluster could not be found.')
  const { provider } = account.infrastructure
  if (only !== undefined && provider !== only)
    throw new Refused(`ibmcloud ${name}: not available for clusters of infrastructure provider '${provider}'`)
}
