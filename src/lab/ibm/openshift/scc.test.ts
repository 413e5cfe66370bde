/** Under which security context constraints pods run on OpenShift, and which are refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { mcsLabel } from '#lab/ibm/openshift/security-allocation.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { ocTool } from '#lab/kubectl/oc/oc.ts'
import { Lab } from '#lab/lab.ts'

/** openshift/cluster-policy-controller:pkg/security/mcs; pairs of offset and label as clusters show them beside their uid-range. */
test.each([
  [0, 's0:c1,c0'],
  [30, 's0:c17,c14'],
  [41, 's0:c20,c15'],
  [67, 's0:c26,c10'],
])('block %i of the range has the level %s', (offset, label) => {
  expect(mcsLabel(offset)).toBe(label)
})

describe('on a cluster', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'scc', nodes: 2, flavour: 'roks' })
  }, 60_000)
  afterAll(() => lab.shutdown())

  const minute = 60_000
  const oc = async (line: string, stdin = ''): Promise<string> => {
    const { stdout, stderr } = await labKubectl(lab, line, { tool: ocTool, stdin })
    return stdout + stderr
  }
  const pod = (name: string, spec: object = {}, container: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [{ name, image: 'docker.io/shop/db:1.4.0', ...container }], ...spec },
  })
  const create = (object: object, as = 'system:serviceaccount:shop:default'): Promise<string> =>
    oc(`create -f - --as=${as} --as-group=system:authenticated`, JSON.stringify(object))

  beforeAll(async () => {
    await oc('create rolebinding default-edits -n shop --clusterrole=edit --serviceaccount=shop:default')
  })

  test('a pod that asks for nothing runs as a user of its namespace, under restricted-v2', async () => {
    const [db] = await lab.kube.list<Pod>({
      type: resources.pods,
      namespace: 'shop',
      labelSelector: 'app=db',
    })
    const [space] = (await lab.kube.list<KubeObject>({ type: resources.namespaces })).filter(
      ({ metadata }) => metadata.name === 'shop',
    )
    const annotations = space?.metadata.annotations ?? {}
    const range = annotations['openshift.io/sa.scc.uid-range'] ?? ''
    const level = annotations['openshift.io/sa.scc.mcs'] ?? ''
    const uid = Number(range.split('/')[0])
    expect(range).toMatch(/^1000\d{3}000\/10000$/)
    expect(annotations['openshift.io/sa.scc.supplemental-groups']).toBe(range)
    expect(db?.metadata.annotations).toMatchObject({
      'openshift.io/scc': 'restricted-v2',
      'seccomp.security.alpha.kubernetes.io/pod': 'runtime/default',
    })
    expect(db?.spec.securityContext).toEqual({
      fsGroup: uid,
      seLinuxOptions: { level },
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(db?.spec.containers[0]?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: uid,
    })
    const node = db?.spec.nodeName ?? ''
    const { stdout } = await lab.exec(
      node,
      "ps -eZ | grep shop-tier; crictl exec $(crictl ps -q --name '^db$') id -u",
    )
    expect(stdout).toContain(`system_u:system_r:container_t:${level} `)
    expect(stdout).toContain(String(uid))
  })

  test('Calico’s and OpenShift’s own namespaces are spared: their pods carry no such annotation', async () => {
    const pods = await lab.kube.list<Pod>({ type: resources.pods })
    const asked = pods.filter(({ metadata }) => metadata.annotations?.['openshift.io/scc'] !== undefined)
    expect(new Set(asked.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['shop']))
    expect(pods.length).toBeGreaterThan(asked.length)
  })

  test('constraints are listed', async () => {
    const shown = await oc('get scc')
    expect(shown).toMatch(
      /^NAME +PRIV +CAPS +SELINUX +RUNASUSER +FSGROUP +SUPGROUP +PRIORITY +READONLYROOTFS +VOLUMES\nanyuid +false +<no value> +MustRunAs +RunAsAny +RunAsAny +RunAsAny +10 +false +\["configMap",/,
    )
    expect(shown).toMatch(
      /\nrestricted-v2 +false +\["NET_BIND_SERVICE"\] +MustRunAs +MustRunAsRange +MustRunAs +RunAsAny /,
    )
  })

  test('a pod that fits none is refused with what each of them says', async () => {
    const spec = { hostNetwork: true, volumes: [{ name: 'v', hostPath: { path: '/etc' } }] }
    const container = {
      ports: [{ containerPort: 9100, hostPort: 9100 }],
      securityContext: { privileged: true, runAsUser: 0, capabilities: { add: ['NET_ADMIN'] } },
    }
    const range = '1000\\d{6}'
    const unusable = (name: string): string =>
      `provider "${name}": Forbidden: not usable by user or serviceaccount`
    const says = [
      unusable('anyuid'),
      'provider restricted-v2: \\.spec\\.securityContext\\.hostNetwork: Invalid value: true: Host network is not allowed to be used',
      'spec\\.volumes\\[0\\]: Invalid value: "hostPath": hostPath volumes are not allowed to be used',
      `provider restricted-v2: \\.containers\\[0\\]\\.runAsUser: Invalid value: 0: must be in the ranges: \\[${range}, ${range}\\]`,
      'provider restricted-v2: \\.containers\\[0\\]\\.privileged: Invalid value: true: Privileged containers are not allowed',
      'provider restricted-v2: \\.containers\\[0\\]\\.capabilities\\.add: Invalid value: "NET_ADMIN": capability may not be added',
      'provider restricted-v2: \\.containers\\[0\\]\\.hostNetwork: Invalid value: true: Host network is not allowed to be used',
      'provider restricted-v2: \\.containers\\[0\\]\\.containers\\[0\\]\\.hostPort: Invalid value: 9100: Host ports are not allowed to be used',
      ...[
        ...['restricted', 'nonroot-v2', 'nonroot', 'hostmount-anyuid', 'hostnetwork-v2', 'hostnetwork'],
        ...['hostaccess', 'privileged'],
      ].map(unusable),
    ].join(', ')
    expect(await create(pod('greedy', spec, container))).toMatch(
      new RegExp(
        `^Error from server \\(Forbidden\\): error when creating "STDIN": pods "greedy" is forbidden: unable to validate against any security context constraint: \\[${says}\\]\\n$`,
      ),
    )
  })

  test('a controller tells of it in an event, and goes on once its account may', async () => {
    const securityContext = { runAsUser: 0 }
    const template = {
      metadata: { labels: { app: 'root' } },
      spec: { containers: [{ name: 'root', image: 'docker.io/shop/db:1.4.0', securityContext }] },
    }
    await create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'root', namespace: 'shop' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'root' } }, template },
    })
    await lab.advance(minute)
    const events = await lab.kube.list<KubeObject & { readonly reason: string; readonly message: string }>({
      type: resources.events,
      namespace: 'shop',
    })
    expect(events.find(({ reason }) => reason === 'FailedCreate')?.message).toMatch(
      /^Error creating: pods "root-\w+-" is forbidden: unable to validate against any security context constraint: \[provider "anyuid": Forbidden: .*\.runAsUser: Invalid value: 0: must be in the ranges: \[/,
    )
    expect(await oc('adm policy add-scc-to-user anyuid -z default -n shop')).toBe(
      'clusterrole.rbac.authorization.k8s.io/system:openshift:scc:anyuid added: "default"\n',
    )
    await lab.advance(20 * minute)
    const [root] = await lab.kube.list<Pod>({
      type: resources.pods,
      namespace: 'shop',
      labelSelector: 'app=root',
    })
    expect(root?.metadata.annotations?.['openshift.io/scc']).toBe('anyuid')
    expect(root?.status.phase).toBe('Running')
    expect(await oc('adm policy remove-scc-from-user anyuid -z default -n shop')).toBe(
      'clusterrole.rbac.authorization.k8s.io/system:openshift:scc:anyuid removed: "default"\n',
    )
    expect(await create(pod('late', { securityContext: { runAsUser: 0 } }))).toContain('is forbidden')
  })

  test.each([
    ['an administrator’s own pod is under anyuid, which comes first', {}, 'anyuid'],
    ['unless it asks for more', { hostPID: true, hostNetwork: true }, 'hostaccess'],
  ])('%s', async (_, spec, name) => {
    const made = pod(`of-admin-${name}`, spec)
    await oc('create -f -', JSON.stringify(made))
    const shown = await oc(
      `get pod of-admin-${name} -n shop -o jsonpath='{.metadata.annotations.openshift\\.io/scc}'`,
    )
    expect(shown).toBe(name)
  })

  test('a pod in a namespace that was made a moment ago waits for its users', async () => {
    await oc('create namespace fresh')
    const made = { ...pod('early'), metadata: { name: 'early', namespace: 'fresh' } }
    expect(await oc('create -f -', JSON.stringify(made))).toBe('pod/early created\n')
    expect(
      await oc('get pod early -n fresh -o jsonpath={.spec.securityContext.seLinuxOptions.level}'),
    ).toMatch(/^s0:c\d+,c\d+$/)
  })
})
