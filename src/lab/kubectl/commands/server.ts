/** What the server is and serves: api-resources, api-versions, version, cluster-info, top. */
import { asObject, asText, at } from '#lab/api/json.ts'
import { itemsOf, nameOf } from '#lab/kubectl/client.ts'
import { groupVersionText, preferred, type Resource, resourceNamed } from '#lab/kubectl/discovery.ts'
import { bool, list, text } from '#lab/kubectl/flags.ts'
import { goJson } from '#lab/kubectl/jsonpath/find.ts'
import { pagesOf } from '#lab/kubectl/lists.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import { yamlText } from '#lab/kubectl/print/yaml.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

export const apiResources: Command = {
  name: 'api-resources',
  flags: [
    text('api-group'),
    bool('namespaced'),
    list('verbs'),
    text('sort-by'),
    bool('cached'),
    list('categories'),
    bool('no-headers'),
    text('output', 'o'),
  ],
  run: async (run) => {
    const { flags } = run
    const output = flags.text('output') ?? ''
    if (!['', 'wide', 'name'].includes(output)) throw new KubectlError(`--output ${output} is not available`)
    const { resources } = await run.discovery()
    const shown = preferred(resources)
      .filter(({ group }) => !flags.has('api-group') || group === flags.text('api-group'))
      .filter(({ namespaced }) => !flags.has('namespaced') || namespaced === flags.on('namespaced'))
      .filter(({ verbs }) => verbs.length > 0 && flags.all('verbs').every((verb) => verbs.includes(verb)))
      .filter(({ categories }) => flags.all('categories').every((each) => categories.includes(each)))
      .sort(byKey(flags.text('sort-by') ?? ''))
    if (output === 'name')
      for (const each of shown)
        run.print(each.group === '' ? each.resource : `${each.resource}.${each.group}`)
    else table(run, shown, output === 'wide')
  },
}

const byKey =
  (sortBy: string) =>
  (a: Resource, b: Resource): number => {
    const key = ({ group, resource, kind }: Resource): string =>
      sortBy === 'name' ? resource : sortBy === 'kind' ? kind : group
    const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0)
    return compare(key(a), key(b)) || compare(a.resource, b.resource)
  }

function table(run: Run, resources: readonly Resource[], wide: boolean): void {
  const head = [
    'NAME',
    'SHORTNAMES',
    'APIVERSION',
    'NAMESPACED',
    'KIND',
    ...(wide ? ['VERBS', 'CATEGORIES'] : []),
  ]
  const rows = resources.map(
    ({ resource, shortNames, group, version, namespaced, kind, verbs, categories }) => [
      resource,
      shortNames.join(','),
      groupVersionText(group, version),
      String(namespaced),
      kind,
      ...(wide ? [[...verbs].sort().join(','), categories.join(',')] : []),
    ],
  )
  const lines = [...(run.flags.on('no-headers') ? [] : [head]), ...rows].map((cells) => cells.join('\t'))
  for (const line of aligned(lines, listTabs)) run.print(line)
}

export const apiVersions: Command = {
  name: 'api-versions',
  flags: [],
  run: async (run) => {
    const { groupVersions } = await run.discovery()
    for (const each of [...groupVersions].sort()) run.print(each)
  },
}

const kustomize = 'v5.5.0'

export const version: Command = {
  name: 'version',
  flags: [bool('client'), text('output', 'o')],
  run: async (run) => {
    const { flags, ports } = run
    const client = { gitVersion: `v${ports.version}`, platform: 'linux/amd64' }
    const output = flags.text('output') ?? ''
    if (!['', 'json', 'yaml'].includes(output)) throw new KubectlError(`--output must be 'yaml' or 'json'`)
    if (output === '') {
      run.print(`Client Version: ${client.gitVersion}\nKustomize Version: ${kustomize}`)
      if (flags.on('client')) return
      const server = await run.client.json('/version')
      run.print(`Server Version: ${asText(server['gitVersion']) ?? ''}`)
      warnOfSkew(run, ports.version, server)
      return
    }
    const value = {
      clientVersion: client,
      kustomizeVersion: kustomize,
      ...(flags.on('client') ? {} : { serverVersion: await run.client.json('/version') }),
    }
    ports.stdout.write(output === 'json' ? `${goJson(value, '  ')}\n` : yamlText(value))
  },
}

/** kubernetes/kubectl:pkg/cmd/version/skew_warning.go. */
function warnOfSkew(run: Run, client: string, server: { readonly [key: string]: unknown }): void {
  const minor = (text_: string): number => Number(text_.split('.')[1]?.replace(/\D.*$/, ''))
  const own = minor(client)
  const theirs = minor(asText(server['gitVersion']) ?? '')
  if (Math.abs(own - theirs) > 1)
    run.complain(
      `WARNING: version difference between client (1.${own}) and server (1.${theirs}) exceeds the supported minor version skew of +/-1`,
    )
}

export const clusterInfo: Command = {
  name: 'cluster-info',
  flags: [],
  run: async (run) => {
    if (run.args[0] === 'dump') throw new KubectlError('this kubectl does not dump clusters')
    const resource = resourceNamed(await run.discovery(), 'services')
    const pages = await pagesOf(run, {
      resource,
      namespace: 'kube-system',
      selector: 'kubernetes.io/cluster-service=true',
    })
    const { server } = run.client
    run.print(`Kubernetes control plane is running at ${server}`)
    for (const service of pages.flatMap(itemsOf)) {
      const name = asText(asObject(at(service, 'metadata.labels'))['kubernetes.io/name']) ?? nameOf(service)
      const ports = at(service, 'spec.ports')
      const first = asObject(Array.isArray(ports) ? ports[0] : undefined)
      const port = asText(first['name']) ?? ''
      run.print(
        `${name} is running at ${server}/api/v1/namespaces/kube-system/services/${nameOf(service)}${port === '' ? '' : `:${port}`}/proxy`,
      )
    }
    run.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.")
  },
}

/** Asks for metrics.k8s.io, which no lab serves: pkg/cmd/top. */
const top = (name: string, aliases: readonly string[]): Command => ({
  name,
  aliases,
  flags: [
    bool('all-namespaces', 'A'),
    bool('containers'),
    bool('no-headers'),
    text('selector', 'l'),
    text('sort-by'),
    bool('use-protocol-buffers'),
    bool('sum'),
    bool('show-capacity'),
    text('field-selector'),
  ],
  run: async (run) => {
    const { groupVersions } = await run.discovery()
    if (!groupVersions.some((each) => each.startsWith('metrics.k8s.io/')))
      throw new KubectlError('Metrics API not available')
    try {
      await run.client.json(`/apis/metrics.k8s.io/v1beta1/${name === 'top node' ? 'nodes' : 'pods'}`)
    } catch (error) {
      if (error instanceof StatusError) throw error
      throw new KubectlError('Metrics API not available')
    }
    throw new KubectlError('this kubectl does not print metrics')
  },
})

export const tops: readonly Command[] = [
  top('top node', ['top nodes', 'top no']),
  top('top pod', ['top pods', 'top po']),
]
