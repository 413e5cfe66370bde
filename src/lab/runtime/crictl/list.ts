import { type CrictlCommand, print, UnknownFormat } from '#lab/runtime/crictl/command.ts'
import { containerJson, imageJson, sandboxJson } from '#lab/runtime/crictl/listed.ts'
import { ago, printTable } from '#lab/runtime/crictl/table.ts'
import { fullImageName, imageId } from '#lab/runtime/images.ts'
import type { ContainerInstance } from '#lab/runtime/records.ts'

const short = (id: string): string => id.slice(0, 13)
const shortImage = (name: string): string => short(imageId(name).split('@sha256:')[1] ?? '')

const stateText = ({ state }: ContainerInstance): string =>
  state === 'running' ? 'Running' : state === 'created' ? 'Created' : 'Exited'

/** `-o json`; the lab writes no other format than this and tables. */
function asJson(values: ReadonlyMap<string, string>): boolean {
  const format = values.get('o') ?? values.get('--output') ?? 'table'
  if (format !== 'json' && format !== 'table') throw new UnknownFormat(format)
  return format === 'json'
}

export const ps: CrictlCommand = {
  flags: 'aq',
  long: ['--all', '--quiet', '--no-trunc'],
  values: ['--name', '--pod', 'p', '--state', 's', '--image', '--label', '--last', 'n', 'o', '--output'],
  run: (p, runtime, { flags, values }) => {
    const state = values.get('--state') ?? values.get('s')
    const all = flags.has('a') || flags.has('--all') || state !== undefined
    const name = new RegExp(values.get('--name') ?? '')
    const pod = values.get('--pod') ?? values.get('p') ?? ''
    const found = runtime
      .containers()
      .filter((each) => all || each.state === 'running')
      .filter((each) => state === undefined || stateText(each).toLowerCase() === state.toLowerCase())
      .filter((each) => name.test(each.name) && each.sandboxId.startsWith(pod))
    if (flags.has('q') || flags.has('--quiet')) {
      for (const { id } of found) p.stdout.write(`${id}\n`)
      return 0
    }
    if (asJson(values)) return print(p, { containers: found.map(containerJson) })
    const head = ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE']
    const rows = found.map((each) => [
      short(each.id),
      shortImage(each.image),
      ago(p.now() - each.createdMs),
      stateText(each),
      each.name,
      String(each.attempt),
      short(each.sandboxId),
      each.pod.name,
      each.pod.namespace,
    ])
    return printTable(p, head, rows)
  },
}

export const pods: CrictlCommand = {
  flags: 'q',
  long: ['--quiet', '--no-trunc'],
  values: ['--name', '--namespace', '--state', 's', '--id', '--label', '--last', 'n', 'o', '--output'],
  run: (p, runtime, { flags, values }) => {
    const state = (values.get('--state') ?? values.get('s'))?.toLowerCase()
    const name = new RegExp(values.get('--name') ?? '')
    const namespace = new RegExp(values.get('--namespace') ?? '')
    const found = runtime
      .sandboxes()
      .filter(({ ready }) => state === undefined || (ready ? 'ready' : 'notready') === state)
      .filter(({ pod }) => name.test(pod.name) && namespace.test(pod.namespace))
    if (flags.has('q') || flags.has('--quiet')) {
      for (const { id } of found) p.stdout.write(`${id}\n`)
      return 0
    }
    if (asJson(values)) return print(p, { items: found.map(sandboxJson) })
    const head = ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME']
    const rows = found.map(({ id, createdMs, ready, pod, attempt }) => [
      short(id),
      ago(p.now() - createdMs),
      ready ? 'Ready' : 'NotReady',
      pod.name,
      pod.namespace,
      String(attempt),
      '(default)',
    ])
    return printTable(p, head, rows)
  },
}

export const images: CrictlCommand = {
  flags: 'q',
  long: ['--quiet', '--digests', '--no-trunc'],
  values: ['o', '--output'],
  run: (p, runtime, { flags, values }) => {
    const found = runtime.images.list()
    if (flags.has('q') || flags.has('--quiet')) {
      for (const { name } of found) p.stdout.write(`sha256:${imageId(name).split('@sha256:')[1]}\n`)
      return 0
    }
    if (asJson(values)) return print(p, { images: found.map(imageJson) })
    const rows = found.map(({ name, sizeBytes }) => {
      const full = fullImageName(name)
      const at = full.lastIndexOf(':')
      return [full.slice(0, at), full.slice(at + 1), shortImage(name), `${(sizeBytes / 1e6).toFixed(1)}MB`]
    })
    return printTable(p, ['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], rows)
  },
}
