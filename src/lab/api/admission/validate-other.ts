/**
 * What is wrong with ConfigMaps, Secrets, roles, signing requests and nodes: pkg/apis/core/validation/validation.go,
 * pkg/apis/rbac/validation/validation.go, pkg/apis/certificates/validation/validation.go.
 */
import { keyErrors } from '#lab/api/admission/names.ts'
import { each } from '#lab/api/admission/validate-container.ts'
import { taintEffects } from '#lab/api/admission/validate-scheduling.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidValue, required, unsupported } from '#lab/api/status.ts'

const keyText =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

const dataErrors = (field: string, data: unknown): FieldError[] =>
  Object.keys(asObject(data)).flatMap((key) => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) return [invalidValue(`${field}[${key}]`, key, keyText)]
    return key === '.' || key === '..' ? [invalidValue(`${field}[${key}]`, key, `must not be '${key}'`)] : []
  })

export const configMapErrors = ({ data, binaryData }: JsonObject): FieldError[] => [
  ...dataErrors('data', data),
  ...dataErrors('binaryData', binaryData),
  ...Object.keys(asObject(binaryData))
    .filter((key) => asObject(data)[key] !== undefined)
    .map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
]

/** What a Secret of each type has to hold. */
const held: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

export function secretErrors({ type, data, metadata }: JsonObject): FieldError[] {
  const present = asObject(data)
  const account = asObject(asObject(metadata).annotations)['kubernetes.io/service-account.name']
  return [
    ...dataErrors('data', data),
    ...(type === 'kubernetes.io/service-account-token' && !account
      ? [required('metadata.annotations[kubernetes.io/service-account.name]')]
      : []),
    ...(type === 'kubernetes.io/basic-auth' &&
    present.username === undefined &&
    present.password === undefined
      ? [required('data[username]'), required('data[password]')]
      : []),
    ...(held[String(type)] ?? [])
      .filter((key) => present[key] === undefined)
      .map((key) => required(`data[${key}]`)),
  ]
}

export const roleErrors = ({ rules }: JsonObject): FieldError[] =>
  each(rules, 'rules', (rule, at) => {
    const none = (list: string): boolean => asList(rule[list]).length === 0
    const verbs = none('verbs') ? [required(`${at}.verbs`, 'verbs must contain at least one value')] : []
    if (!none('nonResourceURLs')) return verbs
    return [
      ...verbs,
      ...(none('apiGroups')
        ? [required(`${at}.apiGroups`, 'resource rules must supply at least one api group')]
        : []),
      ...(none('resources')
        ? [required(`${at}.resources`, 'resource rules must supply at least one resource')]
        : []),
    ]
  })

export function signingRequestErrors({ spec: given }: JsonObject): FieldError[] {
  const { usages, signerName, request } = asObject(given)
  const text = 'must be a fully qualified domain and path of the form "example.com/signer-name"'
  const pem = Buffer.from(String(request ?? ''), 'base64').toString('latin1')
  return [
    ...(asList(usages).length === 0 ? [required('spec.usages')] : []),
    ...(/^-----BEGIN (NEW )?CERTIFICATE REQUEST-----/m.test(pem)
      ? []
      : [
          {
            field: 'spec.request',
            reason: 'FieldValueInvalid' as const,
            message: `Invalid value: ${goBytes(String(request ?? ''))}: PEM block type must be CERTIFICATE REQUEST`,
          },
        ]),
    ...(/^[^/.]+\.[^/]+\/.+/.test(String(signerName ?? ''))
      ? []
      : [invalidValue('spec.signerName', signerName ?? '', text)]),
  ]
}

/** `[]byte{0x62}` */
const goBytes = (base64: string): string =>
  `[]byte{${[...Buffer.from(base64, 'base64')].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`

/** The path of a taint's fault is that of the real one, which says metadata (ValidateNode). */
export const nodeErrors = ({ spec }: JsonObject): FieldError[] =>
  each(asObject(spec).taints, 'metadata.taints', ({ key, effect }, at) => [
    ...keyErrors(`${at}.key`, String(key ?? '')),
    ...(taintEffects.includes(String(effect))
      ? []
      : effect
        ? [unsupported(`${at}.effect`, effect, taintEffects)]
        : [required(`${at}.effect`)]),
  ])
