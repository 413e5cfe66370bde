import type { Fabric } from '#lab/network/fabric.ts'
import type { Underlay } from '#lab/network/ports.ts'
import { setSpanning } from '#lab/network/router.ts'
import type { Segment } from '#lab/network/segment.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { StackNet } from '#lab/network/stack-net.ts'

/** The doors to the wires: what a cloud's console or a person in the data centre can change. */
export function underlayOf(fabric: Fabric, routers: ReadonlyMap<string, SimStack>): Underlay {
  const router = (name: string): SimStack => {
    const stack = routers.get(name)
    if (!stack) throw new Error(`the fabric has no router ${name}; it has ${[...routers.keys()].join(', ')}`)
    return stack
  }
  const segment = (name: string): Segment => {
    const found = fabric.segments.get(name)
    if (!found)
      throw new Error(`the fabric has no segment ${name}; it has ${[...fabric.segments.keys()].join(', ')}`)
    return found
  }
  return {
    port: (machine, link = 'eth0') => {
      if (!fabric.hasPort(machine, link)) throw new Error(`no machine ${machine} is plugged in by ${link}`)
      return fabric.portOf(machine, link)
    },
    links: (machine) => fabric.linksOf(machine),
    rules: () => fabric.rules(),
    addRule: (rule) => fabric.addRule(rule),
    removeRule: (name) => fabric.removeRule(name),
    router: (name) => new StackNet(router(name)),
    setSpanning: (name, spans) => setSpanning(router(name), spans),
    setAcl: (name, acl) => {
      segment(name).acl = acl
    },
    acl: (name) => segment(name).acl,
    setGroup: (group) => fabric.groups.set(group),
    groups: () => fabric.groups.list(),
  }
}
