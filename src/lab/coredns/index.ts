import { coredns } from '#lab/coredns/coredns.ts'
import type { Program } from '#lab/host/ports.ts'

export { coreDnsImages, coreDnsManifests } from '#lab/coredns/manifests.ts'

export const coreDnsPrograms: Readonly<Record<string, Program>> = { coredns }
