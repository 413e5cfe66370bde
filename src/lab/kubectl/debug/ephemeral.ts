/** A container more in a pod that runs: kubernetes/kubectl:pkg/cmd/debug/debug.go (debugByEphemeralContainer). */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { nameOf, uidOf } from '#lab/kubectl/client.ts'
import { given, pairs } from '#lab/kubectl/create/generator.ts'
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
  const env = Object.entries(pairs(flags.all('env'))).map(([key, value]) => ({ name: key, value }))
  const container = given({
    name,
    image: flags.text('image'),
    imagePullPolicy: flags.text('image-pull-policy'),
    env: env.length === 0 ? undefined : env,
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
    name = `debugger-${suffix(`${uidOf(pod)} ${ports.nowMs()} ${round}`)}`
  if (!flags.on('quiet')) print(`Defaulting debug container name to ${name}.`)
  return name
}

/** Those of apimachinery:pkg/util/rand. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** The real one draws it. */
function suffix(of: string): string {
  let hash = 0x811c9dc5
  for (const letter of of) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0
  return Array.from({ length: 5 }, (_, place) => letters[Math.floor(hash / 27 ** place) % 27]).join('')
}
