/** `kubectl create deployment|job|cronjob|poddisruptionbudget|service`. */
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import { nameOf, uidOf } from '#lab/kubectl/client.ts'
import { type Generator, generated, given, intOrText, pairs } from '#lab/kubectl/create/generator.ts'
import { int, list, text } from '#lab/kubectl/flags.ts'
import { collect } from '#lab/kubectl/lists.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { targetsOf } from '#lab/kubectl/targets.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'

/** What the containers run: the words after the name. */
const commandOf = ({ args }: Run): readonly string[] | undefined =>
  args.length > 1 ? args.slice(1) : undefined

function imageOf({ flags }: Run): string {
  const image = flags.text('image')
  if (image === undefined || image === '') throw new KubectlError('required flag(s) "image" not set')
  return image
}

/** The last part of an image's name, as a container may be called. */
const nameOfImage = (image: string): string =>
  (image.split('/').at(-1) ?? '')
    .replace(/[:@].*$/, '')
    .replaceAll(/[^a-zA-Z0-9-]/g, '-')
    .toLowerCase()

const deployment: Generator = {
  name: 'create deployment',
  aliases: ['create deploy'],
  flags: [list('image'), int('replicas', 'r'), int('port')],
  before: 'failed to create deployment: ',
  build: (run, name) => {
    imageOf(run)
    const port = run.flags.int('port')
    const containers = run.flags.all('image').map((image) =>
      given({
        name: nameOfImage(image),
        image,
        command: commandOf(run),
        ports: port === undefined ? undefined : [{ containerPort: port }],
      }),
    )
    const labels = { app: name }
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        replicas: run.flags.int('replicas') ?? 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    }
  },
}

const podOf = (run: Run, name: string, restartPolicy: string): JsonObject => ({
  spec: { containers: [given({ name, image: imageOf(run), command: commandOf(run) })], restartPolicy },
})

const job: Generator = {
  name: 'create job',
  flags: [text('image'), text('from')],
  before: 'failed to create job: ',
  build: async (run, name) => {
    const from = run.flags.text('from')
    if ((from === undefined) === !run.flags.has('image'))
      throw new KubectlError('either --image or --from must be specified')
    if (from !== undefined) return jobFrom(run, name, from)
    const spec = { template: podOf(run, name, 'Never') }
    return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec }
  },
}

async function jobFrom(run: Run, name: string, from: string): Promise<JsonObject> {
  const { found, errors } = await collect(run, await targetsOf(run, [from]), { namespace: run.namespace })
  throwAll(errors)
  const [one] = found
  if (one === undefined || one.resource.kind !== 'CronJob')
    throw new KubectlError('from must be an existing cronjob')
  const template = asObject(at(one.object, 'spec.jobTemplate'))
  const { labels, annotations } = asObject(template['metadata'])
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: nameOf(one.object), uid: uidOf(one.object) }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: given({
      name,
      labels,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...asObject(annotations) },
      ownerReferences: [{ ...owner, controller: true }],
    }),
    spec: template['spec'],
  }
}

const cronJob: Generator = {
  name: 'create cronjob',
  aliases: ['create cj'],
  flags: [text('image'), text('schedule'), text('restart')],
  before: 'failed to create cronjob: ',
  build: (run, name) => {
    const schedule = run.flags.text('schedule')
    if (schedule === undefined) throw new KubectlError('required flag(s) "schedule" not set')
    const template = podOf(run, name, run.flags.text('restart') ?? 'OnFailure')
    const jobTemplate = { metadata: { name }, spec: { template } }
    return { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name }, spec: { schedule, jobTemplate } }
  },
}

const budget: Generator = {
  name: 'create poddisruptionbudget',
  aliases: ['create pdb'],
  flags: [text('selector'), text('min-available'), text('max-unavailable')],
  before: 'failed to create poddisruptionbudgets: ',
  build: ({ flags }, name) => {
    const selector = flags.text('selector') ?? ''
    const min = flags.text('min-available')
    const max = flags.text('max-unavailable')
    if (selector === '') throw new KubectlError('a selector must be specified')
    if (min === undefined && max === undefined)
      throw new KubectlError('one of min-available or max-unavailable must be specified')
    if (min !== undefined && max !== undefined)
      throw new KubectlError('min-available and max-unavailable cannot be both specified')
    return {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name },
      spec: given({
        selector: { matchLabels: pairs(selector.split(',')) },
        minAvailable: min === undefined ? undefined : intOrText(min),
        maxUnavailable: max === undefined ? undefined : intOrText(max),
      }),
    }
  },
}

const service = (type: 'ClusterIP' | 'NodePort' | 'LoadBalancer'): Generator => ({
  name: `create service ${type.toLowerCase()}`,
  aliases: [`create svc ${type.toLowerCase()}`],
  flags: [list('tcp'), text('clusterip'), int('node-port')],
  before: `failed to create ${type} service: `,
  build: ({ flags }, name) => {
    const ports = flags.all('tcp').map((word) => {
      const [port = '', target = port] = word.split(':')
      return given({
        name: word.replace(':', '-'),
        port: Number(port),
        targetPort: intOrText(target),
        protocol: 'TCP',
        nodePort: flags.int('node-port'),
      })
    })
    const clusterIP = flags.text('clusterip')
    if (ports.length === 0 && clusterIP !== 'None')
      throw new KubectlError('at least one tcp port specifier must be provided')
    const labels = { app: name }
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: given({ type, ports, selector: labels, clusterIP }),
    }
  },
})

export const workloadCommands: readonly Command[] = [
  service('ClusterIP'),
  service('NodePort'),
  service('LoadBalancer'),
  deployment,
  job,
  cronJob,
  budget,
].map(generated)
