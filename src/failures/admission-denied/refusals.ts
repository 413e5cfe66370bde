/** How the API server words that an object may not be made, and by whose will. */
import type { Message } from '#cluster/messages.ts'

export interface Refusal {
  /** The webhook or policy that refuses. */
  readonly by: string
  readonly says: string
}

/** Of a message and all that it quotes, the refusal that says most; undefined where none is one. */
export function refusalIn(message: Message): Refusal | undefined {
  const parts = [message, ...innerOf(message)]
  for (const [id, refusal] of refusals) {
    const part = parts.find((one) => one.id === id)
    if (part !== undefined) return refusal(part.params)
  }
  return undefined
}

const innerOf = ({ inner = [] }: Message): readonly Message[] =>
  inner.flatMap((one) => [one, ...innerOf(one)])

type Told = (params: Message['params']) => Refusal

/** The first that a line holds counts. */
const refusals: readonly (readonly [id: string, told: Told])[] = [
  [
    'api/webhook-failed',
    ({ webhook = '' }) => ({
      by: webhook,
      says: `the webhook ${webhook} cannot be reached, and nothing passes without it`,
    }),
  ],
  ['api/admission-denied', ({ webhook = '' }) => ({ by: webhook, says: `the webhook ${webhook} refuses` })],
  [
    'api/admission-policy-denied',
    ({ policy = '' }) => ({
      by: `ValidatingAdmissionPolicy ${policy}`,
      says: `the ValidatingAdmissionPolicy ${policy} refuses`,
    }),
  ],
  [
    'api/pod-security-violated',
    ({ level = '' }) => ({
      by: `PodSecurity ${level}`,
      says: `the namespace’s pod security level ${level} forbids the pod`,
    }),
  ],
  [
    'api/security-refused',
    ({ policy = '' }) => ({ by: policy, says: `no ${policy} allows what the pod asks for` }),
  ],
  [
    'api/pod-policy-refused',
    () => ({ by: 'PodSecurityPolicy', says: 'no PodSecurityPolicy allows what the pod asks for' }),
  ],
  [
    'api/security-context-denied',
    ({ field = '' }) => ({
      by: 'SecurityContextDeny',
      says: `the plugin SecurityContextDeny forbids ${field}`,
    }),
  ],
  [
    'api/quota-exceeded',
    ({ quota = '' }) => ({ by: `quota ${quota}`, says: `the quota ${quota} is used up` }),
  ],
  [
    'api/limit-range',
    ({ bound = '', resource = '', amount = '' }) => ({
      by: 'a LimitRange',
      says: `a LimitRange has ${amount} as the ${bound} of ${resource}`,
    }),
  ],
  ['api/quota-scope', () => ({ by: 'quota', says: 'no quota covers pods of this priority class' })],
  [
    'api/priority-class-missing',
    ({ name = '' }) => ({ by: name, says: `there is no priority class ${name}` }),
  ],
  ['api/account-missing', ({ name = '' }) => ({ by: name, says: `there is no service account ${name}` })],
]
