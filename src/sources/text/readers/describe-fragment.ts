import { isCalicoImage, unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { ContainerRow, PodRow } from '#cluster/relations.ts'
import { containerRows } from '#sources/formats/objects/containers.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank, type TextLine } from '#sources/text/lines.ts'
import { calicoComponentOf, place, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { blocksIn, type ContainerBlock, containerSpec } from '#sources/text/readers/describe-containers.ts'
import { containerOf } from '#sources/text/readers/describe-pod.ts'

/**
 * A part of a pod's description that somebody cut out: containers with their states, limits, environment and mounts.
 * Without the pod's name it is calico-node's, where the containers or the lines around it speak of Calico.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go (describeContainers)
 */
export const describedPartReader: Reader = {
  read(source, at, scope) {
    const first = source.lines[at]?.text ?? ''
    const isName = containerName.test(first) && ownField.test(source.lines[at + 1]?.text ?? '')
    if (!isName && !section.test(first) && !startsPart.test(first)) return undefined
    const end = endOf(source.lines, at)
    const lines = source.lines.slice(at, end)
    const blocks = blocksOf(lines)
    const from = place(source, at, scope)
    const rows: readonly ReadRow[] = [
      ...podRows(source, at, { blocks, scope }).map((row) => ({ relation: 'pods' as const, row, from })),
      // Row and relation come from one reader; the union does not follow a spread.
      ...blocks
        .flatMap((block) => containerRows(withoutEmptyName(containerSpec(block))))
        .map((each) => ({ ...each, from }) as ReadRow),
    ]
    // Others may know a few lines better; of many, each would be looked at again.
    if (rows.length === 0 && end - at < linesMin) return undefined
    return {
      lines: end - at,
      format: 'a part of kubectl describe pod',
      rows,
      notUnderstood: rows.length === 0 ? end - at : 0,
      covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
        relation,
        coverage: { kind: 'partial' },
      })),
    }
  },
}

const linesMin = 40

const containerName = /^\s{0,6}[a-z0-9][a-z0-9-]{0,62}:$/
const section = /^(?:Init )?Containers:$/
const startsPart =
  /^\s*(?:(?:Last )?State:\s+(?:Waiting|Running|Terminated)|(?:Limits|Requests|Environment|Mounts):|Restart Count:\s+\d+|Image:\s+\S+:\S+)$/
const ownField =
  /^\s*(?:Container ID|Image|Image ID|Ports?|Host Ports?|Command|Args|(?:Last )?State|Ready|Restart Count|Limits|Requests|Liveness|Readiness|Startup|Environment(?: Variables from)?|Mounts|Reason|Message|Exit Code|Signal|Started|Finished):/

/** Up to what is no field of a container and not indented under one. */
function endOf(lines: readonly TextLine[], at: number): number {
  const margin = lines[at]?.text.search(/\S/) ?? 0
  let next = at + 1
  for (; next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    if (isBlank(text)) break
    const isDeeper = text.search(/\S/) > margin
    if (!isDeeper && !ownField.test(text) && !containerName.test(text) && !section.test(text)) break
  }
  return next
}

/** Blocks by their names; what stands before the first name is a container without one. */
function blocksOf(lines: readonly TextLine[]): readonly ContainerBlock[] {
  const inner = lines.filter(({ text }) => !section.test(text))
  const at = inner.findIndex(({ text }) => containerName.test(text))
  const before = (at < 0 ? inner : inner.slice(0, at)).map(({ text }) => text)
  const isInit = /^Init/.test(lines[0]?.text ?? '')
  return [
    ...(before.length === 0 ? [] : [{ name: '', init: isInit, lines: before }]),
    ...blocksIn(at < 0 ? [] : inner.slice(at), isInit),
  ]
}

/** The pod, where a state of one of its containers shows. */
function podRows(
  source: Source,
  at: number,
  { blocks, scope }: { readonly blocks: readonly ContainerBlock[]; readonly scope: Scope },
): readonly PodRow[] {
  if (scope.pod === undefined && !isCalicos(source, at, blocks)) return []
  const name = scope.pod?.name ?? unnamedCalicoPod
  const component = calicoComponentOf(name)
  const containers = blocks
    .map(containerOf)
    .filter(({ state, lastTermination, restarts }) => state ?? lastTermination ?? restarts)
    .map((each): ContainerRow => ({ ...each, name: each.name || (scope.container ?? component ?? '') }))
  if (containers.length === 0) return []
  return [
    {
      namespace: scope.pod?.namespace ?? scope.namespace ?? '',
      name,
      containers,
      ...(component !== undefined && { component }),
      ...(scope.node !== undefined && { node: scope.node }),
    },
  ]
}

/** What is named tells by its name; what is not, belongs to what the lines around it are about. */
function isCalicos({ lines }: Source, at: number, blocks: readonly ContainerBlock[]): boolean {
  const named = blocks.map(containerOf).filter(({ name, image }) => name !== '' || image !== undefined)
  if (named.length > 0)
    return named.some(({ name, image }) => ownContainers.test(name) || isCalicoImage(image))
  return lines.slice(Math.max(0, at - around), at + around).some(({ text }) => spoken.test(text))
}

const around = 60
const ownContainers =
  /^(?:calico|tigera)|^(?:install-cni|upgrade-ipam|mount-bpffs|ebpf-bootstrap|flexvol-driver)$/
const spoken = /calico|felix|tigera|\bbird6?\b/i

const withoutEmptyName = (spec: { readonly name: string }): object => {
  const { name, ...rest } = spec
  return name === '' ? rest : spec
}
