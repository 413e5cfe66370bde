import type { Image } from '#lab/runtime/ports.ts'

export { metricsServerPrograms } from '#lab/metrics-server/metrics-server.ts'

/** As its components.yaml names it (kubernetes-sigs/metrics-server). */
export const metricsServerImages = (): readonly Image[] =>
  ['v0.6.4', 'v0.7.0', 'v0.7.1', 'v0.7.2', 'v0.8.0'].map((tag) => ({
    name: `registry.k8s.io/metrics-server/metrics-server:${tag}`,
    sizeBytes: 19_494_617,
    tree: [{ path: '/metrics-server', kind: 'file', mode: 0o755, program: 'metrics-server' }],
    entrypoint: ['/metrics-server'],
    user: { uid: 65_534, gid: 65_534 },
  }))
