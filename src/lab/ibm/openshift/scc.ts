/**
 * The security context constraints of every OpenShift cluster, and who may use which.
 *
 * Not imitated: those that the provider and operators add (`ibm-*`, `machine-api-termination-handler`, `node-exporter`); that they are put right when
 * somebody changes them.
 *
 * @see openshift/cluster-kube-apiserver-operator:bindata/bootkube/scc-manifests
 */
import { sccAnnotation, securityGroup } from '#lab/api/admission/scc/choose.ts'
import type { Constraint } from '#lab/api/admission/scc/constraint.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'

export { sccAnnotation }

export const securityContextConstraints = (): readonly Draft<KubeObject>[] => [
  definition,
  ...Object.entries(constraints).map(([name, more]) => constraint(name, more)),
  ...Object.keys(constraints).map(roleOf),
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: roleName('restricted-v2') },
    ...{
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: roleName('restricted-v2') },
      subjects: [{ apiGroup: rbac, kind: 'Group', name: 'system:authenticated' }],
    },
  },
]

const rbac = 'rbac.authorization.k8s.io'

export const roleName = (constraint: string): string => `system:openshift:scc:${constraint}`

const roleOf = (constraint: string): Draft<KubeObject> => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRole',
  metadata: { name: roleName(constraint) },
  ...{
    rules: [
      {
        apiGroups: [securityGroup],
        resources: ['securitycontextconstraints'],
        resourceNames: [constraint],
        verbs: ['use'],
      },
    ],
  },
})

type Fields = Omit<Constraint, 'metadata' | 'apiVersion' | 'kind'>

const harmless = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]
const withHostPath = [...harmless, 'hostPath'].sort()
const strategy = (type: string) => ({ type })
const [anything, must] = [strategy('RunAsAny'), strategy('MustRunAs')]
const ofRange = strategy('MustRunAsRange')
const nonRoot = strategy('MustRunAsNonRoot')
const legacyDrop = ['KILL', 'MKNOD', 'SETUID', 'SETGID']

const second: Fields = {
  allowPrivilegeEscalation: false,
  allowedCapabilities: ['NET_BIND_SERVICE'],
  requiredDropCapabilities: ['ALL'],
  seccompProfiles: ['runtime/default'],
}
const hostNetwork: Fields = {
  allowHostNetwork: true,
  allowHostPorts: true,
  runAsUser: ofRange,
  fsGroup: must,
  supplementalGroups: must,
}

/** What differs from {@link usual}. */
const constraints: Readonly<Record<string, Fields>> = {
  anyuid: { priority: 10, requiredDropCapabilities: ['MKNOD'], groups: ['system:cluster-admins'] },
  hostaccess: {
    allowHostDirVolumePlugin: true,
    allowHostIPC: true,
    allowHostNetwork: true,
    allowHostPID: true,
    allowHostPorts: true,
    requiredDropCapabilities: legacyDrop,
    runAsUser: ofRange,
    fsGroup: must,
    volumes: withHostPath,
  },
  'hostmount-anyuid': {
    allowHostDirVolumePlugin: true,
    requiredDropCapabilities: ['MKNOD'],
    users: ['system:serviceaccount:openshift-infra:pv-recycler-controller'],
    volumes: [...withHostPath, 'nfs'].sort(),
  },
  hostnetwork: { ...hostNetwork, requiredDropCapabilities: legacyDrop },
  'hostnetwork-v2': { ...hostNetwork, ...second },
  nonroot: { requiredDropCapabilities: legacyDrop, runAsUser: nonRoot },
  'nonroot-v2': { ...second, runAsUser: nonRoot },
  privileged: {
    allowHostDirVolumePlugin: true,
    allowHostIPC: true,
    allowHostNetwork: true,
    allowHostPID: true,
    allowHostPorts: true,
    allowPrivilegedContainer: true,
    allowedCapabilities: ['*'],
    allowedUnsafeSysctls: ['*'],
    requiredDropCapabilities: null,
    seLinuxContext: anything,
    seccompProfiles: ['*'],
    groups: ['system:cluster-admins', 'system:nodes', 'system:masters'],
    users: ['system:admin', 'system:serviceaccount:openshift-infra:build-controller'],
    volumes: ['*'],
  },
  restricted: { requiredDropCapabilities: legacyDrop, runAsUser: ofRange, fsGroup: must },
  'restricted-v2': { ...second, runAsUser: ofRange, fsGroup: must },
}

const usual: Fields = {
  allowHostDirVolumePlugin: false,
  allowHostIPC: false,
  allowHostNetwork: false,
  allowHostPID: false,
  allowHostPorts: false,
  allowPrivilegeEscalation: true,
  allowPrivilegedContainer: false,
  allowedCapabilities: null,
  defaultAddCapabilities: null,
  fsGroup: anything,
  groups: [],
  priority: null,
  readOnlyRootFilesystem: false,
  runAsUser: anything,
  seLinuxContext: must,
  supplementalGroups: anything,
  users: [],
  volumes: harmless,
}

const constraint = (name: string, more: Fields): Draft<KubeObject> => ({
  apiVersion: `${securityGroup}/v1`,
  kind: 'SecurityContextConstraints',
  metadata: { name, annotations: { 'kubernetes.io/description': descriptions[name] ?? name } },
  ...{ ...usual, ...more },
})

const descriptions: Readonly<Record<string, string>> = {
  anyuid:
    'anyuid provides all features of the restricted SCC but allows users to run with any UID and any GID.',
  restricted:
    'restricted denies access to all host features and requires pods to be run with a UID, and SELinux context that are allocated to the namespace.',
}

/** openshift/api:security/v1, 0000_03_security-openshift_01_scc.crd.yaml */
const columns = [
  ['Priv', '.allowPrivilegedContainer'],
  ['Caps', '.allowedCapabilities'],
  ['SELinux', '.seLinuxContext.type'],
  ['RunAsUser', '.runAsUser.type'],
  ['FSGroup', '.fsGroup.type'],
  ['SupGroup', '.supplementalGroups.type'],
  ['Priority', '.priority'],
  ['ReadOnlyRootFS', '.readOnlyRootFilesystem'],
  ['Volumes', '.volumes'],
].map(([name, jsonPath]) => ({ name, jsonPath, type: 'string' }))

const definition: Draft<KubeObject> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `securitycontextconstraints.${securityGroup}` },
  ...{
    spec: {
      group: securityGroup,
      names: {
        kind: 'SecurityContextConstraints',
        listKind: 'SecurityContextConstraintsList',
        plural: 'securitycontextconstraints',
        shortNames: ['scc'],
        singular: 'securitycontextconstraints',
      },
      scope: 'Cluster',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  },
}
