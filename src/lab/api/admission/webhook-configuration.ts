/** Registrations of admission webhooks: pkg/apis/admissionregistration/v1/defaults.go, …/validation/validation.go. */
import { expressionErrors } from '#lab/api/admission/admission-policy.ts'
import { change, changeEach, fill } from '#lab/api/admission/pod-defaults.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidValue, required, unsupported } from '#lab/api/status.ts'

/** With what each webhook of the configuration has where nobody says otherwise; a mutating one has a way to be called again, too. */
export const webhookDefaults =
  (more: JsonObject = {}) =>
  (configuration: JsonObject): JsonObject =>
    changeEach(configuration, 'webhooks', (webhook) => {
      const filled = fill(webhook, {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
        ...more,
      })
      const scoped = changeEach(filled, 'rules', (rule) => fill(rule, { scope: '*' }))
      return change(scoped, 'clientConfig', (client) =>
        change(client, 'service', (service) => fill(service, { port: 443 })),
      )
    })

/** What is wrong with a configuration's webhooks. */
export const webhookErrors = ({ webhooks }: JsonObject): FieldError[] =>
  asList(webhooks).flatMap((webhook, at) => errorsOf(`webhooks[${at}]`, asObject(webhook)))

function errorsOf(field: string, webhook: JsonObject): readonly FieldError[] {
  const { name, sideEffects, timeoutSeconds, admissionReviewVersions, clientConfig } = webhook
  return [
    ...(/^[a-z0-9-]+(\.[a-z0-9-]+){2,}$/.test(String(name ?? ''))
      ? []
      : [
          invalidValue(
            `${field}.name`,
            name ?? '',
            'should be a domain with at least three segments separated by dots',
          ),
        ]),
    ...sideEffectErrors(`${field}.sideEffects`, sideEffects),
    ...(Number(timeoutSeconds) >= 1 && Number(timeoutSeconds) <= 30
      ? []
      : [
          invalidValue(
            `${field}.timeoutSeconds`,
            timeoutSeconds,
            'the timeout value must be between 1 and 30 seconds',
          ),
        ]),
    ...reviewErrors(`${field}.admissionReviewVersions`, asList(admissionReviewVersions)),
    ...clientErrors(`${field}.clientConfig`, asObject(clientConfig)),
    ...expressionErrors(`${field}.matchConditions`, webhook.matchConditions),
  ]
}

const harmless = ['None', 'NoneOnDryRun']

function sideEffectErrors(field: string, value: unknown): readonly FieldError[] {
  if (value === undefined) return [required(field, `must specify one of ${harmless.join(', ')}`)]
  // Registrations that were stored as v1beta1 may have others, and keep them.
  if ([...harmless, 'Some', 'Unknown'].includes(String(value))) return []
  return [unsupported(field, value, harmless)]
}

function reviewErrors(field: string, versions: readonly unknown[]): readonly FieldError[] {
  if (versions.length === 0) return [required(field, 'must specify one of v1, v1beta1')]
  if (versions.some((each) => each === 'v1' || each === 'v1beta1')) return []
  return [invalidValue(field, versions, 'must include at least one of v1, v1beta1')]
}

function clientErrors(field: string, { url, service }: JsonObject): readonly FieldError[] {
  if ((url === undefined) === (service === undefined))
    return [required(field, 'exactly one of url or service is required')]
  if (url === undefined || String(url).startsWith('https://')) return []
  const scheme = /^([a-z]+):/.exec(String(url))?.[1] ?? ''
  return [invalidValue(`${field}.url`, scheme, "'https' is the only allowed URL scheme")]
}
