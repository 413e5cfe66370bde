/** Who may do what, and who is asked before: roles and admission webhooks as rows. */
import { z } from 'zod'
import type { RoleRow, WebhookRow } from '#cluster/relations.ts'
import { list, metadata, part, text, texts } from '#sources/formats/lenient.ts'
import { defined } from '#sources/formats/objects/defined.ts'

const role = z.object({
  kind: z.enum(['Role', 'ClusterRole']).catch('ClusterRole'),
  metadata,
  rules: list(z.object({ apiGroups: texts, resources: texts, verbs: texts, resourceNames: texts })),
})

export function roleRow(value: unknown): RoleRow | undefined {
  const read = role.safeParse(value).data
  if (read === undefined) return undefined
  return {
    kind: read.kind,
    name: read.metadata.name ?? '',
    rules: read.rules.map(({ resourceNames, ...rule }) => ({
      ...rule,
      ...(resourceNames.length > 0 && { resourceNames }),
    })),
    ...defined({ namespace: read.metadata.namespace }),
  }
}

const webhooks = z.object({
  kind: text,
  webhooks: list(
    z.object({
      name: z.string(),
      failurePolicy: z.enum(['Fail', 'Ignore']).optional().catch(undefined),
      clientConfig: part({ url: text, service: part({ namespace: text, name: text }) }),
      rules: list(z.object({ resources: texts })),
    }),
  ),
})

export function webhookRows(value: unknown): readonly WebhookRow[] {
  const read = webhooks.safeParse(value).data
  return (read?.webhooks ?? []).map(({ name, failurePolicy, clientConfig, rules }) => {
    const service = clientConfig?.service
    return {
      name,
      kind: read?.kind === 'MutatingWebhookConfiguration' ? 'mutating' : 'validating',
      resources: [...new Set(rules.flatMap(({ resources }) => resources))],
      ...defined({
        failurePolicy,
        url: clientConfig?.url,
        service:
          service?.name === undefined ? undefined : `${service.namespace ?? 'default'}/${service.name}`,
      }),
    }
  })
}
