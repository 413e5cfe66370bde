/** `kubectl run` and `kubectl expose`, in their simple forms: kubernetes/kubectl:pkg/cmd/run, pkg/cmd/expose. */
import { asList, asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { choiceFlags, chosen } from '#lab/kubectl/choose.ts'
import { metadataOf, nameOf } from '#lab/kubectl/client.ts'
import { envOf, generatorFlags, given, intOrText, made, pairs } from '#lab/kubectl/create/generator.ts'
import { bool, int, list, text, texts } from '#lab/kubectl/flags.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'
import { told } from '#lab/kubectl/write.ts'

export const runPod: Command = {
  name: 'run',
  flags: [
    list('annotations'),
    text('image'),
    text('image-pull-policy'),
    text('labels', 'l'),
    text('port'),
    text('restart'),
    texts('env'),
    bool('command'),
    bool('attach'),
    bool('expose'),
    bool('rm'),
    bool('stdin', 'i'),
    bool('tty', 't'),
    bool('quiet', 'q'),
    bool('privileged'),
    text('overrides'),
    ...generatorFlags,
  ],
  run: async (run) => {
    const { flags, args } = run
    const [name, ...words] = args
    if (!flags.has('image')) throw new KubectlError('required flag(s) "image" not set')
    if (name === undefined) throw new KubectlError('NAME is required for run')
    if (['attach', 'rm', 'stdin', 'tty', 'expose', 'overrides'].some((flag) => flags.has(flag)))
      throw new KubectlError(
        'this kubectl starts pods and leaves them: then use kubectl logs, exec and delete',
      )
    const restartPolicy = flags.text('restart') ?? 'Always'
    if (!['Always', 'OnFailure', 'Never'].includes(restartPolicy))
      throw new KubectlError(
        `invalid restart policy: ${restartPolicy}\nSee 'kubectl run -h' for help and examples`,
      )
    const port = flags.text('port')
    const container = given({
      name,
      image: flags.text('image'),
      imagePullPolicy: flags.text('image-pull-policy'),
      env: envOf(flags),
      ports: port === undefined ? undefined : [{ containerPort: Number(port) }],
      resources: {},
      securityContext: flags.on('privileged') ? { privileged: true } : undefined,
      ...(words.length === 0 ? {} : { [flags.on('command') ? 'command' : 'args']: words }),
    })
    const labels = flags.has('labels') ? pairs((flags.text('labels') ?? '').split(',')) : { run: name }
    const annotations = pairs(flags.all('annotations'))
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
      spec: {
        containers: [container],
        dnsPolicy: 'ClusterFirst',
        restartPolicy,
      },
    }
    told(run, await made(run, pod, { manager: 'kubectl-run' }), 'created')
  },
}

export const expose: Command = {
  name: 'expose',
  flags: [
    text('port'),
    text('target-port'),
    text('protocol'),
    text('name'),
    text('type'),
    text('cluster-ip'),
    text('external-ip'),
    text('session-affinity'),
    text('labels'),
    int('load-balancer-ip'),
    ...choiceFlags,
    ...generatorFlags,
  ].filter(({ name }, at_, all) => all.findIndex((each) => each.name === name) === at_),
  run: async (run) => {
    const { found, errors } = await chosen(run, run.args)
    throwAll(errors)
    for (const each of found)
      told(run, await made(run, serviceFor(run, each), { manager: 'kubectl-expose' }), 'exposed')
  },
}

function serviceFor({ flags }: Run, { resource, object }: Found): JsonObject {
  const selector = flags.has('selector')
    ? pairs((flags.text('selector') ?? '').split(','))
    : selectorOf(resource.kind, object)
  const port = flags.text('port')
  const own = asList(at(object, 'spec.template.spec.containers'))
    .concat(asList(at(object, 'spec.containers')))
    .flatMap((container) => asList(asObject(container)['ports']))
    .map((each) => Number(asObject(each)['containerPort']))
  const ports = port === undefined ? own : port.split(',').map(Number)
  if (ports.length === 0) throw new KubectlError("couldn't find port via --port flag or introspection")
  const protocol = flags.text('protocol') ?? 'TCP'
  const target = flags.text('target-port')
  const labels = flags.has('labels')
    ? pairs((flags.text('labels') ?? '').split(','))
    : metadataOf(object)['labels']
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: given({ name: flags.text('name') ?? nameOf(object), labels }),
    spec: given({
      selector,
      ports: ports.map((each, index) =>
        given({
          name: ports.length > 1 ? `port-${index + 1}` : undefined,
          port: each,
          protocol,
          targetPort: target === undefined ? each : intOrText(target),
        }),
      ),
      type: flags.text('type'),
      clusterIP: flags.text('cluster-ip'),
      sessionAffinity: flags.text('session-affinity'),
    }),
  }
}

function selectorOf(kind: string, object: JsonObject): JsonObject {
  if (kind === 'Pod') {
    const labels = asObject(metadataOf(object)['labels'])
    if (Object.keys(labels).length === 0)
      throw new KubectlError(
        "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
      )
    return labels
  }
  const selector = asObject(at(object, 'spec.selector'))
  if (kind === 'Service' || kind === 'ReplicationController') return selector
  if (!['Deployment', 'ReplicaSet'].includes(kind))
    throw new KubectlError(`cannot expose a ${asText(object['kind']) ?? kind}`)
  return asObject(selector['matchLabels'])
}
