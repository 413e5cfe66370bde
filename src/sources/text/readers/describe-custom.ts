import { type Description, fieldOf, labels, linesOf } from '#sources/text/readers/description.ts'

/**
 * The object that `kubectl describe` shows of a custom resource: spec and status, read back into the names that the resource
 * has. Lists of one item look like single objects; the lists of Calico's resources are known.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go (printUnstructuredContent, smartLabelFor)
 */
export function describedObject(description: Description, name: string): object {
  const namespace = fieldOf(description, 'Namespace')
  return {
    apiVersion: fieldOf(description, 'API Version') ?? '',
    kind: fieldOf(description, 'Kind') ?? '',
    metadata: { name, labels: labels(description), ...(namespace !== undefined && { namespace }) },
    spec: treeOf(linesOf(description, 'Spec').map(({ text }) => text)),
    status: treeOf(linesOf(description, 'Status').map(({ text }) => text)),
  }
}

type Tree = { [key: string]: unknown }

interface Open {
  readonly indent: number
  readonly into: Tree
  /** Of the list that `into` is the last item of. */
  readonly items: unknown[] | undefined
}

function treeOf(lines: readonly string[]): Tree {
  const spec = newTree()
  let open: readonly [Open, ...Open[]] = [{ indent: -1, into: spec, items: undefined }]
  for (const line of lines) {
    const indent = line.search(/\S/)
    if (indent < 0) continue
    const m = /^\s*(?<label>[A-Za-z][\w ./-]{0,100}):(?:\s+(?<value>\S.*))?$/.exec(line)?.groups
    open = closed(open, indent)
    if (m?.label === undefined) scalarItem(open[0], line.trim())
    else open = added(open, { indent, key: fieldName(m.label), value: m.value })
  }
  return spec
}

/** Keys come from the text: an object without a prototype holds any of them. */
const newTree = (): Tree => Object.create(null) as Tree // null has no type of its own

function closed(open: readonly [Open, ...Open[]], indent: number): readonly [Open, ...Open[]] {
  const [, parent, ...others] = open
  return parent !== undefined && open[0].indent >= indent ? closed([parent, ...others], indent) : open
}

interface Field {
  readonly indent: number
  readonly key: string
  readonly value: string | undefined
}

function added(open: readonly [Open, ...Open[]], { indent, key, value }: Field): readonly [Open, ...Open[]] {
  const [top, ...others] = open
  // Keys are printed in order: one that comes again belongs to the next item.
  const isNext = top.items !== undefined && key in top.into
  const current = isNext ? { ...top, into: newTree() } : top
  if (isNext) top.items?.push(current.into)
  if (value !== undefined) {
    current.into[key] = scalar(value)
    return [current, ...others]
  }
  const into = newTree()
  const items = lists.has(key) ? [into] : undefined
  current.into[key] = items ?? into
  return [{ indent, into, items }, current, ...others]
}

/** A line without a key is an item of the list that its key opened. */
function scalarItem({ items }: Open, text: string): void {
  if (items === undefined) return
  const [first] = items
  // The item that was opened for an object stays empty.
  if (typeof first === 'object' && first !== null && Object.keys(first).length === 0) items.length = 0
  items.push(text)
}

const scalar = (text: string): unknown =>
  text === 'true' || text === 'false' ? text === 'true' : /^\d{1,9}$/.test(text) ? Number(text) : text

/** `Nat Outgoing` → natOutgoing, `Expected I Ps` → expectedIPs, `API Version` → apiVersion. */
function fieldName(label: string): string {
  const [first = '', ...rest] = label.split(' ')
  const small = /^[A-Z]{2,}$/.test(first) ? first.toLowerCase() : first[0]?.toLowerCase() + first.slice(1)
  return small + rest.join('')
}

const lists = new Set(
  'ipPools ingress egress types expectedIPs ports notPorts nets notNets allowedUses interfaces cidrs skipInterfaces externalNodesList failsafeInboundHostPorts failsafeOutboundHostPorts serviceClusterIPs serviceExternalIPs serviceLoadBalancerIPs communities prefixAdvertisements filters imagePullSecrets componentResources reservedCIDRs routeTableRanges healthTimeoutOverrides ignoredInterfaces tolerations controlPlaneTolerations sysctl namespaces policyTypes conditions'.split(
    ' ',
  ),
)
