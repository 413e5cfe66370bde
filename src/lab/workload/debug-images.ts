import { shellTools } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { lookingTools, networkTools } from '#lab/network/tools.ts'
import type { Image } from '#lab/runtime/ports.ts'

/** What people start to look around with: `kubectl run --image=busybox`, `kubectl debug node/x --image=ubuntu`. */
const tagged: Readonly<Record<string, { readonly tags: readonly string[]; readonly sizeBytes: number }>> = {
  'docker.io/library/busybox': { tags: ['latest', '1.28', '1.36', '1.37'], sizeBytes: 2_166_000 },
  'docker.io/library/alpine': { tags: ['latest', '3.20', '3.21'], sizeBytes: 3_640_000 },
  'docker.io/library/ubuntu': { tags: ['latest', '22.04', '24.04'], sizeBytes: 29_720_000 },
  'docker.io/library/debian': { tags: ['latest', '12'], sizeBytes: 48_480_000 },
  'docker.io/nicolaka/netshoot': { tags: ['latest', 'v0.13'], sizeBytes: 202_300_000 },
  'registry.redhat.io/rhel9/support-tools': { tags: ['latest'], sizeBytes: 138_400_000 },
  'registry.k8s.io/e2e-test-images/agnhost': { tags: ['2.39', '2.53'], sizeBytes: 51_105_000 },
}

/** Each has the lab's shell and tools, whatever the real one lacks of them. */
export const debugImages = (): readonly Image[] => {
  const tree: Tree = [...shellTools(), ...networkTools(), ...lookingTools()]
  return Object.entries(tagged).flatMap(([name, { tags, sizeBytes }]) =>
    tags.map((tag): Image => ({ name: `${name}:${tag}`, sizeBytes, tree, entrypoint: [], command: ['sh'] })),
  )
}
