/** `oc adm`: what an administrator of nodes types. openshift/oc:pkg/cli/admin/admin.go, which wraps kubectl's own commands. */
import { cordon, uncordon } from '#lab/kubectl/commands/cordon.ts'
import { drain } from '#lab/kubectl/commands/drain.ts'
import { tops } from '#lab/kubectl/commands/server.ts'
import { taint } from '#lab/kubectl/commands/taint.ts'
import { sccPolicy } from '#lab/kubectl/oc/scc-policy.ts'
import type { Command } from '#lab/kubectl/run.ts'

const below = (command: Command): Command => ({
  ...command,
  name: `adm ${command.name}`,
  ...(command.aliases === undefined ? {} : { aliases: command.aliases.map((alias) => `adm ${alias}`) }),
})

export const adm: readonly Command[] = [...[cordon, uncordon, drain, taint, ...tops].map(below), ...sccPolicy]
