/**
 * oc: the commands of kubectl and what OpenShift adds of which an incident is made, in its words.
 *
 * Not imitated: logging in; projects, builds, images and routes, whose API no lab serves; `adm` beyond nodes and security context constraints, `must-gather`
 * and `inspect`; `rsync`; what each of them is, it says.
 *
 * @see openshift/oc:pkg/cli/cli.go
 */
import { kubectlTool } from '#lab/kubectl/commands.ts'
import { adm } from '#lab/kubectl/oc/adm.ts'
import { debug } from '#lab/kubectl/oc/debug.ts'
import { project, projects } from '#lab/kubectl/oc/project.ts'
import { refusal } from '#lab/kubectl/oc/refused.ts'
import { rsh } from '#lab/kubectl/oc/rsh.ts'
import { version } from '#lab/kubectl/oc/version.ts'
import { whoami } from '#lab/kubectl/oc/whoami.ts'
import type { Command } from '#lab/kubectl/run.ts'
import type { Tool } from '#lab/kubectl/tool.ts'

const own: readonly Command[] = [...adm, debug, project, projects, rsh, version, whoami]

/** These stand below `adm` only: pkg/cli/admin/admin.go. */
const belowAdm = ['cordon', 'drain', 'taint', 'top node', 'top pod', 'uncordon']

export const ocTool: Tool = {
  name: 'oc',
  commands: [
    ...own,
    ...kubectlTool.commands.filter(
      ({ name }) => !belowAdm.includes(name) && !own.some((each) => each.name === name),
    ),
  ],
  refusal,
}
