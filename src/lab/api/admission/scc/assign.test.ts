import { describe, expect, test } from 'vitest'
import { type Allocated, allocatedTo } from '#lab/api/admission/scc/allocated.ts'
import { assign } from '#lab/api/admission/scc/assign.ts'
import { type Constraint, inOrder } from '#lab/api/admission/scc/constraint.ts'
import { aggregate } from '#lab/api/admission/scc/field-errors.ts'

const allocated = allocatedTo({
  'openshift.io/sa.scc.uid-range': '1000670000/10000',
  'openshift.io/sa.scc.supplemental-groups': '1000670000/10000',
  'openshift.io/sa.scc.mcs': 's0:c26,c10',
}) as Allocated // the annotations are as a controller writes them

const strategy = (type: string) => ({ type })

/** restricted-v2 but for what is named. */
const constraint = (more: Partial<Constraint> = {}): Constraint => ({
  apiVersion: 'security.openshift.io/v1',
  kind: 'SecurityContextConstraints',
  metadata: { name: 'r', uid: '', resourceVersion: '1', creationTimestamp: '' },
  allowPrivilegeEscalation: false,
  allowedCapabilities: ['NET_BIND_SERVICE'],
  requiredDropCapabilities: ['ALL'],
  runAsUser: strategy('MustRunAsRange'),
  seLinuxContext: strategy('MustRunAs'),
  fsGroup: strategy('MustRunAs'),
  supplementalGroups: strategy('RunAsAny'),
  seccompProfiles: ['runtime/default'],
  volumes: ['emptyDir'],
  ...more,
})

const pod = (securityContext: object | undefined, container: object | undefined = undefined) => ({
  metadata: { name: 'p', namespace: 'n' },
  spec: {
    ...(securityContext === undefined ? {} : { securityContext }),
    containers: [{ name: 'c', ...(container === undefined ? {} : { securityContext: container }) }],
  },
})

describe('what is not said is filled in', () => {
  test('a user, a group, a level, and what a container may no longer do', () => {
    const { pod: made, errors } = assign(constraint(), pod(undefined), allocated)
    expect(errors).toEqual([])
    expect(made.spec).toEqual({
      securityContext: {
        fsGroup: 1_000_670_000,
        seLinuxOptions: { level: 's0:c26,c10' },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'c',
          securityContext: {
            runAsUser: 1_000_670_000,
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
            allowPrivilegeEscalation: false,
          },
        },
      ],
    })
  })

  test('what was said stays', () => {
    const own = { runAsUser: 1_000_670_005, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }
    const { pod: made, errors } = assign(constraint(), pod({ fsGroup: 1_000_670_000 }, own), allocated)
    expect(errors).toEqual([])
    expect(made.spec).toMatchObject({ containers: [{ securityContext: own }] })
  })

  test('who may be anybody is nobody in particular', () => {
    const anything = strategy('RunAsAny')
    const lax = constraint({
      runAsUser: anything,
      seLinuxContext: anything,
      fsGroup: anything,
      seccompProfiles: ['*'],
    })
    expect(assign(lax, pod(undefined), allocated).pod.spec).toMatchObject({ securityContext: {} })
  })
})

test.each<[string, object | undefined, object | undefined, Partial<Constraint>, string]>([
  [
    'a user outside of the range',
    undefined,
    { runAsUser: 0 },
    {},
    'provider r: .containers[0].runAsUser: Invalid value: 0: must be in the ranges: [1000670000, 1000679999]',
  ],
  [
    'a group that is not the namespace’s first',
    { fsGroup: 1_000_670_001 },
    undefined,
    {},
    'provider r: .spec.securityContext.fsGroup: Invalid value: []int64{1000670001}: 1000670001 is not an allowed group',
  ],
  [
    'another level',
    { seLinuxOptions: { level: 's0:c1,c2' } },
    undefined,
    {},
    '[provider r: .spec.securityContext.seLinuxOptions.level: Invalid value: "s0:c1,c2": must be s0:c26,c10, provider r: .containers[0].seLinuxOptions.level: Invalid value: "s0:c1,c2": must be s0:c26,c10]',
  ],
  [
    'a type without a level',
    undefined,
    { seLinuxOptions: { type: 'spc_t' } },
    {},
    '[provider r: .containers[0].seLinuxOptions.level: Invalid value: "": must be s0:c26,c10, provider r: .containers[0].seLinuxOptions.type: Invalid value: "spc_t": must be ]',
  ],
  [
    'a profile where none may be set',
    { seccompProfile: { type: 'RuntimeDefault' } },
    undefined,
    { seccompProfiles: null },
    '[pod.metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: Forbidden: seccomp may not be set, pod.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/c]: Forbidden: seccomp may not be set]',
  ],
  [
    'root, where anybody else would do',
    undefined,
    { runAsUser: 0 },
    { runAsUser: strategy('MustRunAsNonRoot') },
    'provider r: .containers[0].runAsUser: Invalid value: 0: running with the root UID is forbidden',
  ],
  [
    'rights that grow',
    undefined,
    { allowPrivilegeEscalation: true },
    {},
    'provider r: .containers[0].allowPrivilegeEscalation: Invalid value: true: Allowing privilege escalation for containers is not allowed',
  ],
])('%s', (_, ofPod, container, more, says) => {
  expect(aggregate(assign(constraint(more), pod(ofPod, container), allocated).errors)).toBe(says)
})

test('the order of categories says nothing', () => {
  const { errors } = assign(constraint(), pod({ seLinuxOptions: { level: 's0:c10,c26' } }), allocated)
  expect(errors).toEqual([])
})

test('a higher priority comes first, then what forbids more', () => {
  const named = (name: string, more: Partial<Constraint>): Constraint => ({
    ...constraint(more),
    metadata: { ...constraint().metadata, name },
  })
  const all = [
    named('hosts', { allowHostNetwork: true }),
    named('second', { runAsUser: strategy('RunAsAny') }),
    named('first', {}),
    named('urgent', { priority: 10, allowPrivilegedContainer: true }),
  ]
  expect(inOrder(all).map(({ metadata }) => metadata.name)).toEqual(['urgent', 'first', 'second', 'hosts'])
})

test('a namespace that was given nothing yet says what is missing', () => {
  expect(allocatedTo({})).toBe('unable to find annotation openshift.io/sa.scc.uid-range')
})
