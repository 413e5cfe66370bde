/** A container more in a pod that runs: kubernetes/kubectl:pkg/cmd/debug/debug.go (debugByEphemeralContainer). */
import { seeded } from '#base/random.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { nameOf, uidOf } from '#lab/kubectl/client.ts'
import { envOf, given } from '#lab/kubectl/create/generator.ts'
import { podProfileOf } from '#lab/kubectl/debug/profiles.ts'
import { typedAt, type Watched } from '#lab/kubectl/debug/session.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { patchObject } from '#lab/kubectl/write.ts'

export async function addContainer(run: Run, pod: JsonObject, command: readonly string[]): Promise<Watched> {
  const { flags } = run
  const target = flags.text('target')
  if (target !== undefined && !flags.on('quiet'))
    run.print(
      `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.`,
    )
  const name = nameFor(run, pod)
  const container = given({
    name,
    image: flags.text('image'),
    imagePullPolicy: flags.text('image-pull-policy'),
    env: envOf(flags),
    securityContext: podProfileOf(flags),
    ...typedAt(flags),
    targetContainerName: target,
    terminationMessagePolicy: 'File',
    ...(command.length === 0 ? {} : { [flags.on('arguments-only') ? 'args' : 'command']: command }),
  })
  const one = {
    resource: resourceNamed(await run.discovery(), 'pods'),
    name: nameOf(pod),
    namespace: run.namespace,
    part: 'ephemeralcontainers',
  }
  const body = { spec: { ephemeralContainers: [container] } }
  const changed = await patchObject(run, one, { kind: 'strategic', body, manager: 'kubectl-debug' })
  return { pod: changed, container: name }
}

/** `-c`, or `debugger-` and five letters that no container of the pod has. */
function nameFor({ flags, ports, print }: Run, pod: JsonObject): string {
  const asked = flags.text('container')
  if (asked !== undefined) return asked
  const taken = ['containers', 'initContainers', 'ephemeralContainers']
    .flatMap((list) => asList(at(pod, `spec.${list}`)))
    .map((each) => asObject(each)['name'])
  let name = ''
  for (let round = 0; name === '' || taken.includes(name); round++)
    name = `debugger-${seeded(`${uidOf(pod)} ${ports.nowMs()} ${round}`).text(5)}`
  if (!flags.on('quiet')) print(`Defaulting debug container name to ${name}.`)
  return name
}
