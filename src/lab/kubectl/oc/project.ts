/**
 * `oc project`, `oc projects`: openshift/oc:pkg/cli/project/project.go, pkg/cli/projects/projects.go.
 *
 * Not imitated: a context of its own for each project, and going back to another by its name: the project becomes the
 * namespace of the one context there is. Nobody serves project.openshift.io; then oc asks for namespaces, as here.
 */
import { asObject, asText } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf } from '#lab/kubectl/client.ts'
import { bool } from '#lab/kubectl/flags.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError } from '#lab/kubectl/trouble.ts'

export const project: Command = {
  name: 'project',
  flags: [bool('short', 'q')],
  run: async (run) => {
    const [name] = run.args
    if (run.args.length > 1)
      throw new KubectlError('Only one argument is supported (project name or context name).')
    await (name === undefined ? show(run) : change(run, name))
  },
}

async function show(run: Run): Promise<void> {
  const { ports, flags } = run
  const current = ports.context?.namespace
  if (current === undefined) {
    if (flags.on('short')) throw new KubectlError('no project has been set')
    run.print('No project has been set. Pass a project name to make that the default.')
    return
  }
  if (!(await isThere(run, current)))
    throw new KubectlError(
      `you do not have rights to view project ${JSON.stringify(current)} specified in your config or the project doesn't exist`,
    )
  run.print(
    flags.on('short')
      ? current
      : `Using project ${JSON.stringify(current)} from context named ${JSON.stringify(ports.context?.name)} on server ${JSON.stringify(run.client.server)}.`,
  )
}

async function change(run: Run, name: string): Promise<void> {
  const { ports, flags, client } = run
  const server = JSON.stringify(client.server)
  if (!(await isThere(run, name))) throw new KubectlError(await nowhere(run, name))
  if (ports.context === undefined)
    throw new KubectlError(`the lab's oc keeps no project here: say -n ${name} with each command`)
  const current = ports.context.namespace
  await ports.context.use(name)
  if (flags.on('short')) run.print(name)
  else
    run.print(
      current === name
        ? `Already on project ${JSON.stringify(name)} on server ${server}.`
        : `Now using project ${JSON.stringify(name)} on server ${server}.`,
    )
}

async function isThere({ client }: Run, name: string): Promise<boolean> {
  try {
    await client.json(`/api/v1/namespaces/${encodeURIComponent(name)}`)
    return true
  } catch (error) {
    if (isStatus(error, 'NotFound') || isStatus(error, 'Forbidden')) return false
    throw error
  }
}

async function nowhere(run: Run, name: string): Promise<string> {
  const names = await projectNames(run)
  const missing = `A project named ${JSON.stringify(name)} does not exist on ${JSON.stringify(run.client.server)}.`
  if (names.length === 1) return `${missing}\nYou have one project on this server: ${names[0]}`
  return [missing, 'Your projects are:', ...names.map((each) => `* ${each}`)].join('\n')
}

/** With the names that people gave them. */
async function projectNames({ client }: Run): Promise<readonly string[]> {
  return itemsOf(await client.json('/api/v1/namespaces')).map((each) => {
    const shown = asText(asObject(metadataOf(each)['annotations'])['openshift.io/display-name']) ?? ''
    return shown === '' || shown === nameOf(each) ? nameOf(each) : `${shown} (${nameOf(each)})`
  })
}

export const projects: Command = {
  name: 'projects',
  flags: [bool('short', 'q')],
  run: async (run) => {
    const names = [...(await projectNames(run))].sort()
    const current = run.ports.context?.namespace
    if (run.flags.on('short')) {
      run.print(names.join('\n'))
      return
    }
    const mark = (name: string): string => (current === undefined ? '' : name === current ? '  * ' : '    ')
    run.print(
      `You have access to the following projects and can switch between them with 'oc project <projectname>':\n\n${names.map((name) => `${mark(name)}${name}`).join('\n')}`,
    )
    if (current === undefined) return
    run.print('')
    await show(run)
  },
}
