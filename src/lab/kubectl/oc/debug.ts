/**
 * `oc debug node/NAME`: a privileged pod on the node, gone when it is left. openshift/oc:pkg/cli/debug/debug.go.
 *
 * Not imitated: debugging pods and workloads, image streams (oc then takes Red Hat's support tools, as here), a terminal: without
 * a command the shell runs what is typed into it to its end.
 */
import type { JsonObject } from '#lab/api/json.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import { given, made } from '#lab/kubectl/create/generator.ts'
import { attachTo, showLog, untilContainer } from '#lab/kubectl/debug/session.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import { debugNamespace, type Place } from '#lab/kubectl/oc/debug-namespace.ts'
import { podOrOwner } from '#lab/kubectl/pods.ts'
import { type Command, partedAtDash, type Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError } from '#lab/kubectl/trouble.ts'

export const debug: Command = {
  name: 'debug',
  flags: [
    bool('quiet', 'q'),
    bool('no-stdin', 'I'),
    bool('tty', 't'),
    bool('no-tty', 'T'),
    text('container', 'c'),
    text('image'),
    text('to-namespace'),
    bool('preserve-pod'),
    bool('as-root'),
  ],
  run: carryOut,
}

const container = 'container-00'
const timeoutMs = 15 * 60_000

async function carryOut(run: Run): Promise<void> {
  const { names, words: command } = partedAtDash(run)
  const [name] = names
  if (name === undefined || names.length > 1)
    throw new KubectlError('you must identify a single resource with a pod template to debug')
  const { resource, object } = await podOrOwner(run, name)
  if (resource.kind !== 'Node')
    throw new KubectlError('this oc debugs nodes only: oc debug node/NAME; for pods use oc exec or oc rsh')
  const place = await debugNamespace(run)
  try {
    await inPod({ ...run, namespace: place.namespace }, { node: nameOf(object), command, place })
  } finally {
    await place.cleanUp()
  }
}

interface Wanted {
  readonly node: string
  readonly command: readonly string[]
  readonly place: Place
}

async function inPod(run: Run, wanted: Wanted): Promise<void> {
  const typed = wanted.command.length === 0 && !run.flags.on('no-stdin')
  const pod = await made(run, debugPod(run, wanted, typed), { manager: 'oc' })
  try {
    tell(run, `Starting pod/${nameOf(pod)} ...`)
    tell(
      run,
      'To use host binaries, run `chroot /host`. Instead, if you need to access host namespaces, run `nsenter -a -t 1`.',
    )
    await look(run, pod, typed)
  } finally {
    await remove(run, pod)
  }
}

async function look(run: Run, pod: JsonObject, typed: boolean): Promise<void> {
  const endMs = run.ports.nowMs() + timeoutMs
  let warned = ''
  const state = await untilContainer(
    run,
    { pod, container },
    {
      endMs,
      enough: (is) => is !== 'waiting',
      waits: ({ reason, message }) => {
        if (!['CreateContainerError', 'ImagePullBackOff'].includes(reason) || message === warned) return
        warned = message
        tell(run, `warning: Container ${container} is unable to start due to an error: ${message}`)
      },
    },
  )
  if (state === undefined)
    throw new KubectlError(
      run.ports.nowMs() >= endMs
        ? 'timed out waiting for the condition'
        : `unable to create the debug pod ${JSON.stringify(nameOf(pod))}`,
    )
  if (state === 'running' && typed) return attachTo(run, { pod, container })
  await showLog(run, { pod, container })
  const end = await untilContainer(run, { pod, container }, { endMs, enough: (is) => typeof is === 'object' })
  if (typeof end === 'object' && end.code !== 0)
    throw new KubectlError('non-zero exit code from debug container')
}

async function remove(run: Run, pod: JsonObject): Promise<void> {
  if (run.flags.on('preserve-pod')) return
  tell(run, '\nRemoving debug pod ...')
  const path = `/api/v1/namespaces/${run.namespace}/pods/${nameOf(pod)}`
  const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 })
  try {
    await run.client.json(path, { method: 'DELETE', body })
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error
  }
}

const tell = (run: Run, line: string): void => {
  if (!run.flags.on('quiet')) run.complain(line)
}

const simpleName = (node: string): string => node.toLowerCase().replaceAll(/[^a-z0-9-]/g, '')

function debugPod({ flags }: Run, { node, command, place }: Wanted, typed: boolean): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${simpleName(node)}-debug-`,
      namespace: place.namespace,
      labels: { 'debug.openshift.io/managed-by': 'oc-debug' },
      annotations: {
        'debug.openshift.io/source-container': container,
        'debug.openshift.io/source-resource': `/v1, Resource=nodes/${node}`,
        'openshift.io/required-scc': 'privileged',
      },
    },
    spec: {
      containers: [
        given({
          name: container,
          image: flags.text('image') ?? 'registry.redhat.io/rhel9/support-tools',
          command: command.length === 0 ? ['/bin/sh'] : command,
          env: [
            { name: 'TMOUT', value: '900' },
            { name: 'HOST', value: '/host' },
          ],
          securityContext: { privileged: true, runAsUser: 0 },
          stdin: typed ? true : undefined,
          stdinOnce: typed ? true : undefined,
          volumeMounts: [{ name: 'host', mountPath: '/host' }],
        }),
      ],
      hostIPC: true,
      hostNetwork: true,
      hostPID: true,
      nodeName: node,
      priorityClassName: 'openshift-user-critical',
      restartPolicy: 'Never',
      volumes: [{ name: 'host', hostPath: { path: '/', type: 'Directory' } }],
    },
  }
}
