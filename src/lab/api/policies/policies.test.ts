import { describe, expect, test } from 'vitest'
import { answerOf, server } from '#lab/api/http/http-bench.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { Lab } from '#lab/lab.ts'

const group = '/apis/admissionregistration.k8s.io/v1'

const policy = (spec: JsonObject): JsonObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'replicas' },
  spec: {
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['apps'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['deployments'],
        },
      ],
    },
    ...spec,
  },
})

const binding = (spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'everywhere' },
  spec: { policyName: 'replicas', validationActions: ['Deny'], ...spec },
})

const deployment = (replicas: number, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
  },
})

const messageOf = ({ text }: { readonly text: string }): string | undefined =>
  (JSON.parse(text) as { readonly message?: string }).message // a Status, or an object without one

/** What a server says of a deployment of ten, with this policy and binding in force. */
function asked(spec: JsonObject, bound?: JsonObject, object = deployment(10)) {
  const { api } = server()
  const post = (path: string, body: JsonObject) =>
    answerOf(api, { method: 'POST', url: path, body: JSON.stringify(body) })
  const created = [
    post(`${group}/validatingadmissionpolicies`, policy(spec)),
    post(`${group}/validatingadmissionpolicybindings`, binding(bound)),
  ]
  expect(created.map(({ code }) => code)).toEqual([201, 201])
  const { code, headers, ...answer } = post('/apis/apps/v1/namespaces/default/deployments', object)
  return { code, warning: headers.warning, message: messageOf(answer) }
}

const denied = (says: string) => ({
  code: 422,
  warning: undefined,
  message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'everywhere' denied request: ${says}`,
})
const allowed = { code: 201, warning: undefined, message: undefined }
const few = 'object.spec.replicas <= 5'

describe('a policy that is bound', () => {
  test.each<[string, JsonObject, JsonObject | undefined, object]>([
    ['denies', { validations: [{ expression: few }] }, undefined, denied(`failed expression: ${few}`)],
    ['allows', { validations: [{ expression: 'object.spec.replicas * 2 == 20' }] }, undefined, allowed],
    [
      'has words of its own',
      { validations: [{ expression: few, message: 'at most five' }] },
      undefined,
      denied('at most five'),
    ],
    [
      'words them by an expression, and has variables',
      {
        variables: [{ name: 'count', expression: 'object.spec.replicas' }],
        validations: [
          { expression: 'variables.count <= 5', messageExpression: "'not ' + string(variables.count)" },
        ],
      },
      undefined,
      denied('not 10'),
    ],
    [
      'denies what it cannot judge',
      { validations: [{ expression: 'object.spec.nosuch == 1' }] },
      undefined,
      denied("expression 'object.spec.nosuch == 1' resulted in error: no such key: nosuch"),
    ],
    [
      'allows what it cannot judge, if it fails open',
      { failurePolicy: 'Ignore', validations: [{ expression: 'object.spec.nosuch == 1' }] },
      undefined,
      allowed,
    ],
    [
      'is not asked where a condition does not hold',
      {
        matchConditions: [{ name: 'who', expression: "request.userInfo.username.startsWith('system:')" }],
        validations: [{ expression: few }],
      },
      undefined,
      allowed,
    ],
    [
      'is bound to other namespaces',
      { validations: [{ expression: few }] },
      { matchResources: { namespaceSelector: { matchLabels: { team: 'a' } } } },
      allowed,
    ],
    [
      'only warns',
      { validations: [{ expression: few, message: 'at most five' }] },
      { validationActions: ['Warn', 'Audit'] },
      {
        ...allowed,
        warning: `299 - "Validation failed for ValidatingAdmissionPolicy 'replicas' with binding 'everywhere': at most five"`,
      },
    ],
  ])('%s', (_, spec, bound, says) => {
    expect(asked(spec, bound)).toEqual(says)
  })
})

describe('a policy with parameters', () => {
  const limits = (name: string, most: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { limits: 'yes' } },
    data: { most },
  })
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    validations: [
      {
        expression: 'params == null || object.spec.replicas <= int(params.data.most)',
        messageExpression: "'at most ' + params.data.most",
      },
    ],
  }
  const answered = (
    paramRef: JsonObject | undefined,
    maps: readonly JsonObject[],
    change: JsonObject = {},
  ) => {
    const { api } = server()
    const post = (path: string, body: JsonObject) =>
      answerOf(api, { method: 'POST', url: path, body: JSON.stringify(body) })
    for (const map of maps) post('/api/v1/namespaces/default/configmaps', map)
    post(`${group}/validatingadmissionpolicies`, policy({ ...spec, ...change }))
    const bound = post(
      `${group}/validatingadmissionpolicybindings`,
      binding(paramRef === undefined ? {} : { paramRef }),
    )
    if (bound.code !== 201) return messageOf(bound)
    return messageOf(post('/apis/apps/v1/namespaces/default/deployments', deployment(10)))
  }
  const named = { name: 'limits', parameterNotFoundAction: 'Deny' }
  const says = (text: string): string => denied(text).message

  test.each<[string, string | undefined, string | undefined]>([
    ['is given one by name', answered(named, [limits('limits', '5')]), says('at most 5')],
    ['allows what its parameter allows', answered(named, [limits('limits', '50')]), undefined],
    [
      'denies without one, if the binding says so',
      answered(named, []),
      says(
        'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
      ),
    ],
    [
      'allows without one, if it says that',
      answered({ ...named, parameterNotFoundAction: 'Allow' }, []),
      undefined,
    ],
    [
      'is asked with each that a selector finds',
      answered({ selector: { matchLabels: { limits: 'yes' } }, parameterNotFoundAction: 'Deny' }, [
        limits('a', '50'),
        limits('b', '7'),
      ]),
      says('at most 7'),
    ],
    ['is asked without, where the binding gives none', answered(undefined, []), undefined],
    [
      'denies where nobody serves their kind',
      answered(named, [], { paramKind: { apiVersion: 'example.io/v1', kind: 'Limit' } }),
      "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'replicas' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.io/v1, Kind=Limit'",
    ],
    [
      'is bound by name or by labels',
      answered({ parameterNotFoundAction: 'Deny' }, []),
      'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "everywhere" is invalid: spec.paramRef: Required value: one of name or selector must be specified',
    ],
  ])('%s', (_, said, expected) => {
    expect(said).toBe(expected)
  })
})

test.each<[string, object]>([
  [
    "authorizer.group('apps').resource('deployments').namespace('default').check('delete').allowed()",
    allowed,
  ],
  [
    "authorizer.serviceAccount('default', 'default').group('').resource('secrets').check('get').allowed()",
    denied('no'),
  ],
  ["authorizer.requestResource.check('update').allowed()", allowed],
  ["authorizer.path('/healthz').check('get').allowed()", allowed],
])('a policy may ask for rights: %s', (expression, says) => {
  expect(asked({ validations: [{ expression, message: 'no' }] })).toEqual(says)
})

test('a policy needs expressions that are some, from 1.30 on', () => {
  const { api } = server()
  const url = `${group}/validatingadmissionpolicies`
  const body = JSON.stringify(policy({ validations: [{ expression: 'object.spec.replicas <' }] }))
  expect(messageOf(answerOf(api, { method: 'POST', url, body }))).toMatch(
    /^ValidatingAdmissionPolicy.admissionregistration.k8s.io "replicas" is invalid: spec.validations\[0\].expression: Invalid value: "object.spec.replicas <": compilation failed: /,
  )
})

test('a policy keeps calico-node away when it says no, as the DaemonSet tells', async () => {
  const lab = await Lab.boot({ seed: 'policy', nodes: 2 })
  const apply = (object: JsonObject) =>
    lab.exec('k8s-control-01', `cat <<'E' | kubectl apply -f -\n${JSON.stringify(object)}\nE`)
  const pods = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
  const spec = {
    matchConstraints: { resourceRules: [pods] },
    validations: [
      {
        expression:
          'object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || !c.securityContext.privileged)',
        message: 'privileged containers are not allowed',
      },
    ],
  }
  await apply(policy(spec))
  await apply(binding())
  await lab.exec('k8s-control-01', 'kubectl -n kube-system delete pod -l k8s-app=calico-node --wait=false')
  await lab.advance(60_000)
  const { stdout } = await lab.exec(
    'k8s-control-01',
    'kubectl -n kube-system describe ds calico-node | tail -3',
  )
  expect(stdout).toMatch(
    /Error creating: pods "calico-node-\w{5}" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'everywhere' denied request: privileged containers are not allowed/,
  )
  const shown = await lab.exec(
    'k8s-control-01',
    'kubectl get validatingadmissionpolicies,validatingadmissionpolicybindings',
  )
  expect(shown.stdout).toContain('replicas   1             <unset>')
  await lab.shutdown()
})
