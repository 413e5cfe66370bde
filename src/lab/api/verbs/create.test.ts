import { describe, expect, test } from 'vitest'
import { holds } from '#cluster/addresses.ts'
import type { CronJob, Deployment, Job, KubeObject, Pod, Service } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { failure, podDraft, server, type, withPod } from '#lab/api/verbs/verbs-bench.ts'

describe('creating', () => {
  test('a pod gets what defaults and admission add', async () => {
    const { pod } = await withPod()
    expect(pod.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      serviceAccountName: 'default',
      priority: 0,
    })
    expect(pod.spec.containers[0]).toMatchObject({
      imagePullPolicy: 'Always',
      terminationMessagePath: '/dev/termination-log',
    })
    expect(pod.spec.containers[0]?.volumeMounts?.[0]?.mountPath).toBe(
      '/var/run/secrets/kubernetes.io/serviceaccount',
    )
    expect(pod.spec.tolerations?.map((each) => each.tolerationSeconds)).toEqual([300, 300])
    expect(pod.metadata.creationTimestamp).toBe('2026-01-07T06:00:00Z')
  })

  test('a pod asks for what it may take at most; a template is left as it was written', async () => {
    const limited = { containers: [{ name: 'c', image: 'i', resources: { limits: { memory: '60Mi' } } }] }
    const { kube, pod } = await withPod(limited)
    expect(pod.spec.containers[0]?.resources?.requests).toEqual({ memory: '60Mi' })
    const labels = { app: 'web' }
    const set = await kube.create<Deployment>(resources.deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: limited } },
    })
    expect(set.spec.template.spec.containers[0]?.resources).toEqual({ limits: { memory: '60Mi' } })
  })

  test('a node-critical pod has its priority', async () => {
    const { pod } = await withPod({ priorityClassName: 'system-node-critical' })
    expect(pod.spec.priority).toBe(2_000_001_000)
  })

  test.each<[string, object, number, string]>([
    ['a name that is taken', podDraft(), 409, 'pods "web" already exists'],
    [
      'a name that is none',
      podDraft({ metadata: { name: 'Web' } }),
      422,
      'Pod "Web" is invalid: metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist',
    ],
    [
      'no image',
      podDraft({ metadata: { name: 'x' }, spec: { containers: [{ name: 'c' }] } }),
      422,
      'Pod "x" is invalid: spec.containers[0].image: Required value',
    ],
    [
      'two containers of one name',
      podDraft({
        metadata: { name: 'x' },
        spec: {
          containers: [
            { name: 'c', image: 'i' },
            { name: 'c', image: 'i' },
          ],
        },
      }),
      422,
      'Pod "x" is invalid: spec.containers[1].name: Duplicate value: "c"',
    ],
    [
      'a port that there is not, and more asked for than it may take',
      podDraft({
        metadata: { name: 'x' },
        spec: {
          containers: [
            {
              name: 'c',
              image: 'i',
              ports: [{ containerPort: 99_999 }],
              resources: { requests: { cpu: '2' }, limits: { cpu: '500m' } },
            },
          ],
        },
      }),
      422,
      'Pod "x" is invalid: [spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive, spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m]',
    ],
    [
      'an account that is missing',
      podDraft({ metadata: { name: 'x' }, spec: { serviceAccountName: 'nope' } }),
      403,
      'pods "x" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
    ],
    [
      'a namespace that is missing',
      podDraft({ metadata: { name: 'x', namespace: 'nope' } }),
      404,
      'namespaces "nope" not found',
    ],
    [
      'another version',
      { ...podDraft(), apiVersion: 'v2' },
      400,
      'the API version in the data (v2) does not match',
    ],
  ])('is refused for %s', async (_name, draft, code, message) => {
    const { kube } = await withPod()
    const refused = await failure(kube.create(resources.pods, draft as Pod))
    expect(refused.code).toBe(code)
    expect(refused.message).toContain(message)
  })

  test('a generated name ends in five characters', async () => {
    const { kube } = await withPod()
    const draft = { ...podDraft(), metadata: { generateName: 'agent-', namespace: 'default' } }
    expect((await kube.create(resources.pods, draft)).metadata.name).toMatch(
      /^agent-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
    )
  })

  test('a service gets an address that no other has', async () => {
    const { kube } = server()
    const draft = (name: string, spec: object) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ port: 80 }], ...spec },
    })
    const a = await kube.create<Service>(resources.services, draft('a', {}))
    expect(a.spec.clusterIP).toMatch(/^10\.(9[6-9]|10\d|11[01])\./)
    const refused = await failure(kube.create(resources.services, draft('b', { clusterIP: '10.96.0.1' })))
    expect(refused.message).toContain('provided IP is already allocated')
    const wrong = draft('c', { type: 'Foo', ports: [{ port: 0 }, { port: 80, name: 'b' }] })
    expect((await failure(kube.create(resources.services, wrong))).message).toBe(
      'Service "c" is invalid: [spec.ports[0].name: Required value, spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive, spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]',
    )
  })

  test.each([
    ['10.96.0.0/12', '10.96.0.1'],
    ['172.21.0.64/26', '172.21.0.65'], // a range that does not begin at .0
    ['10.111.99.7/12', '10.96.0.1'], // bits outside of the prefix count for nothing
  ])('of %s kubernetes has %s, and others have one of the rest', async (serviceCidr, first) => {
    const { kube } = server({ serviceCidr })
    const service = (clusterIP: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { ports: [{ port: 80 }], ...(clusterIP === '' ? {} : { clusterIP }) },
    })
    const kubernetes = { type: resources.services, namespace: 'default', name: 'kubernetes' }
    expect((await kube.get<Service>(kubernetes)).spec.clusterIP).toBe(first)
    const given = await Promise.all(
      ['a', 'b', 'c'].map((name) => kube.create<Service>(resources.services, service('', name))),
    )
    for (const { spec } of given) expect(holds(serviceCidr, spec.clusterIP ?? '')).toBe(true)
    const outside = await failure(kube.create(resources.services, service('192.0.2.9', 'd')))
    expect(outside.message).toContain(`The range of valid IPs is ${serviceCidr}`)
  })

  const jobDraft = (spec: object, podSpec: object = {}) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: { template: { spec: { restartPolicy: 'Never', ...podDraft().spec, ...podSpec } }, ...spec },
  })

  test('a job selects its own pods, and no other job’s', async () => {
    const { kube } = server()
    const { metadata, spec } = await kube.create<Job>(
      resources.jobs,
      jobDraft({ parallelism: 2 }) as unknown as Job,
    )
    const key = 'batch.kubernetes.io/controller-uid'
    expect(spec.selector).toEqual({ matchLabels: { [key]: metadata.uid } })
    expect(spec.template.metadata?.labels).toMatchObject({ [key]: metadata.uid, 'job-name': 'work' })
    expect(metadata.labels).toEqual(spec.template.metadata?.labels)
    expect(spec).toMatchObject({ parallelism: 2, completionMode: 'NonIndexed', suspend: false })
    expect(spec.completions).toBeUndefined() // its pods share a queue
  })

  test('a job whose pods never end, and a schedule that is none, are refused', async () => {
    const { kube } = server()
    const policy = 'restartPolicy: Required value: valid values: "OnFailure", "Never"'
    const always = jobDraft({}, { restartPolicy: 'Always' })
    expect((await failure(kube.create(resources.jobs, always as unknown as Job))).message).toBe(
      `Job.batch "work" is invalid: spec.template.spec.${policy}`,
    )
    const cron = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: always.metadata }
    const spec = { schedule: '* * * *', jobTemplate: { spec: always.spec } }
    expect(
      (await failure(kube.create(resources.cronJobs, { ...cron, spec } as unknown as CronJob))).message,
    ).toBe(
      `CronJob.batch "work" is invalid: [spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *], spec.jobTemplate.spec.template.spec.${policy}]`,
    )
  })

  test('a definition is served as soon as it is there, and no longer than that', async () => {
    const { kube } = server()
    const widgets = type('widgets', 'example.io')
    expect((await failure(kube.list({ type: widgets }))).code).toBe(404)
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.io' },
      spec: {
        group: 'example.io',
        names: { plural: 'widgets', kind: 'Widget' },
        scope: 'Cluster',
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    }
    await kube.create(type('customresourcedefinitions', 'apiextensions.k8s.io'), crd)
    const widget = await kube.create<KubeObject>(widgets, {
      apiVersion: 'example.io/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
    })
    expect(widget.metadata.generation).toBe(1)
    expect(
      (await failure(kube.patch({ type: widgets, name: 'w' }, { type: 'strategic', body: {} }))).code,
    ).toBe(415)
    await kube.delete({
      type: type('customresourcedefinitions', 'apiextensions.k8s.io'),
      name: 'widgets.example.io',
    })
    expect((await failure(kube.list({ type: widgets }))).code).toBe(404)
  })
})
