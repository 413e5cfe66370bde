import type { TreeEntry } from '#lab/host/ports.ts'
import type { Image } from '#lab/runtime/ports.ts'

/**
 * The same images for another processor, as publishers push them beside the ones that everybody pulls: `calico/node:v3.29.3-arm64`.
 * Their executables are files that this machine's kernel refuses (ENOEXEC).
 */
export const forArm = (images: readonly Image[]): readonly Image[] =>
  images
    .filter(({ name }) => name.startsWith('docker.io/calico/'))
    .map((image) => ({ ...image, name: `${image.name}-arm64`, tree: image.tree.map(foreign) }))

function foreign(entry: TreeEntry): TreeEntry {
  if (entry.kind !== 'file' || entry.program === undefined) return entry
  const { program: _program, version: _version, ...file } = entry
  return { ...file, text: '\x7fELF aarch64\n' }
}
