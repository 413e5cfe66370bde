import { cidr } from '#lab/network/address.ts'
import type { Fabric } from '#lab/network/fabric.ts'
import type { RouterPlan } from '#lab/network/fabric-plan.ts'
import { plug } from '#lab/network/plug.ts'
import type { Rule } from '#lab/network/rule.ts'
import { SimStack } from '#lab/network/stack.ts'

/** A router as a namespace that forwards: what it has no route for, it drops without a word. */
export function routerStack(fabric: Fabric, plan: RouterPlan): SimStack {
  const stack = new SimStack(fabric, plan.name)
  for (const [
    index,
    { segment, address, link = `eth${index}`, mtuBytes, groups },
  ] of plan.interfaces.entries())
    plug(fabric, stack, {
      machine: plan.name,
      segment,
      address,
      link,
      prefixLength: cidr(fabric.segments.get(segment)?.plan.subnet ?? '0.0.0.0/0').length,
      sysctls: { 'net.ipv4.ip_forward': '1' },
      isRouter: true,
      ...(mtuBytes === undefined ? {} : { mtuBytes }),
      ...(groups === undefined ? {} : { groups }),
    })
  for (const { destination, via } of plan.routes ?? [])
    stack.table.replace({ destination, kind: 'unicast', via, protocol: 'static', ...deviceTo(stack, via) })
  if (!plan.routes?.some(({ destination }) => destination === '0.0.0.0/0'))
    stack.table.add({ destination: '0.0.0.0/0', kind: 'blackhole', protocol: 'static' })
  if (plan.nat) stack.netfilter.restore('nat', plan.nat)
  stack.netfilter.chainsOf('filter').restore({
    ...plan.chains,
    [spanningChain]: spanning(plan.spans ?? true),
    FORWARD: forward(plan.forward ?? []),
  })
  return stack
}

const deviceTo = (stack: SimStack, via: string): { readonly dev?: string } => {
  const dev = stack.table.lookup(cidr(via).network)?.route.dev
  return dev === undefined ? {} : { dev }
}

const spanningChain = 'SPANNING'

const forward = (rules: readonly Rule[]): readonly Rule[] => [
  { match: { in: 'eth+', out: 'eth+' }, target: { kind: 'jump', chain: spanningChain } },
  ...rules,
]

/** Private networks are joined by interfaces named eth…; a way out has another name. */
const spanning = (spans: boolean): readonly Rule[] =>
  spans ? [] : [{ match: {}, target: { kind: 'drop' }, comment: 'VLAN spanning is off' }]

/** Whether a router lets packets through between the networks on its eth… interfaces. */
export function setSpanning(stack: SimStack, spans: boolean): void {
  stack.netfilter.restore('filter', { [spanningChain]: spanning(spans) })
}
