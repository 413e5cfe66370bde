/** What somebody may do: kubernetes/kubectl:pkg/cmd/auth/cani.go, component-helpers:auth/rbac/validation. */
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

interface Rule {
  readonly verbs: readonly string[]
  readonly group: string | undefined
  readonly resource: string | undefined
  readonly name: string | undefined
  readonly url: string | undefined
}

export async function listRules(run: Run): Promise<void> {
  const { flags, args, client, namespace } = run
  if (args.length > 0) throw new KubectlError('list option must be specified with no arguments')
  if (flags.on('quiet') || flags.on('all-namespaces') || flags.has('subresource'))
    throw new KubectlError(
      "list option can't be specified with neither quiet, all-namespaces nor subresource options",
    )
  const answer = await client.json('/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    method: 'POST',
    body: JSON.stringify({
      kind: 'SelfSubjectRulesReview',
      apiVersion: 'authorization.k8s.io/v1',
      spec: { namespace },
    }),
  })
  const status = asObject(answer['status'])
  if (status['incomplete'] === true)
    run.complain(`warning: the list may be incomplete: ${asText(status['evaluationError']) ?? ''}`)
  const rules = compact([...resourceRules(status), ...urlRules(status)])
  const head = flags.on('no-headers') ? [] : ['Resources\tNon-Resource URLs\tResource Names\tVerbs']
  for (const line of aligned([...head, ...rules.map(row)], listTabs)) run.print(line)
}

const texts = (of: JsonObject, name: string): readonly string[] => asList(of[name]).map(String)

/** One for each resource, verb and name. */
const resourceRules = (status: JsonObject): readonly Rule[] =>
  asList(status['resourceRules'])
    .map(asObject)
    .flatMap((rule) => {
      const names = texts(rule, 'resourceNames')
      return texts(rule, 'apiGroups').flatMap((group) =>
        texts(rule, 'resources').flatMap((resource) =>
          texts(rule, 'verbs').flatMap((verb) =>
            (names.length === 0 ? [undefined] : names).map((name) => ({
              verbs: [verb],
              group,
              resource,
              name,
              url: undefined,
            })),
          ),
        ),
      )
    })

const urlRules = (status: JsonObject): readonly Rule[] =>
  asList(status['nonResourceRules'])
    .map(asObject)
    .flatMap((rule) =>
      texts(rule, 'nonResourceURLs').flatMap((url) =>
        texts(rule, 'verbs').map((verb) => ({
          verbs: [verb],
          group: undefined,
          resource: undefined,
          name: undefined,
          url,
        })),
      ),
    )

/** Verbs on the same resource come together; sorted as Go prints the rules (CompactRules, SortableRuleSlice). */
function compact(rules: readonly Rule[]): readonly Rule[] {
  const found = new Map<string, Rule>()
  const urls: Rule[] = []
  for (const rule of rules) {
    if (rule.url !== undefined) {
      urls.push(rule)
      continue
    }
    const key = JSON.stringify([rule.group, rule.resource, rule.name])
    const before = found.get(key)
    found.set(key, { ...rule, verbs: [...new Set([...(before?.verbs ?? []), ...rule.verbs])] })
  }
  return [...urls, ...found.values()].sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
}

const listed = (values: readonly (string | undefined)[]): string =>
  `[${values.filter((value) => value !== undefined).join(' ')}]`

const text = ({ verbs, group, resource, name, url }: Rule): string =>
  `${listed(verbs)},${listed([group])},${listed([resource])},${listed([name])},${listed([url])}`

const row = (rule: Rule): string =>
  [named(rule), listed([rule.url]), listed([rule.name]), listed(rule.verbs)].join('\t')

/** `pods/status`, `daemonsets.apps`. */
function named({ group, resource }: Rule): string {
  if (resource === undefined) return ''
  const [first = '', ...part] = resource.split('/')
  return [group === '' ? first : `${first}.${group}`, ...part].join('/')
}
