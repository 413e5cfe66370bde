import type { Program } from '#lab/host/ports.ts'
import { kubeProxy } from '#lab/kube-proxy/kube-proxy.ts'

export { kubeProxyImages, kubeProxyManifests } from '#lab/kube-proxy/manifests.ts'

export const kubeProxyPrograms: Readonly<Record<string, Program>> = { 'kube-proxy': kubeProxy }
