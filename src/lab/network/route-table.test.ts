import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isErrno } from '#lab/host/ports.ts'
import { cidr, cidrText, contains, type Ipv4, ipv4, ipv4Text } from '#lab/network/address.ts'
import type { Route } from '#lab/network/ports.ts'
import { RouteTable } from '#lab/network/route-table.ts'

const route = (destination: string, metric = 0): Route => ({
  destination,
  kind: 'blackhole',
  protocol: 'static',
  ...(metric === 0 ? {} : { metric }),
})

/** The same answer by looking at every route. */
const naive = (routes: readonly Route[], address: Ipv4): Route | undefined =>
  routes
    .filter((r) => contains(cidr(r.destination), address))
    .sort(
      (a, b) => cidr(b.destination).length - cidr(a.destination).length || (a.metric ?? 0) - (b.metric ?? 0),
    )[0]

const address = fc.nat({ max: 0xffffffff })
// Few networks, so that prefixes nest and collide.
const block = fc
  .tuple(
    fc.constantFrom(0, 0x0a000000, 0x0af40000, 0x0af40100, 0xffffff00),
    fc.nat({ max: 255 }),
    fc.nat({ max: 32 }),
  )
  .map(([base, low, length]) => cidrText(cidr(`${ipv4Text((base | low) >>> 0)}/${length}`)))

describe('the routing table', () => {
  test('answers as a search of all routes does, through additions and removals', () => {
    const near = fc.tuple(
      fc.constantFrom(0x0a000000, 0x0af40000, 0x0af40100, 0xffffff00),
      fc.nat({ max: 255 }),
    )
    const asked = fc.oneof(
      address,
      near.map(([base, low]) => (base | low) >>> 0),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(block, fc.nat({ max: 3 }), fc.boolean())),
        fc.array(asked),
        (changes, questions) => {
          const table = new RouteTable()
          const unlisted = new RouteTable()
          for (const [destination, metric, removed] of changes) {
            const isThere = table.list().some((r) => r.destination === destination)
            for (const each of [table, unlisted])
              if (!removed) each.replace(route(destination, metric))
              else if (isThere) each.remove(destination)
          }
          expect(table.list()).toEqual(unlisted.list())
          for (const question of questions)
            expect(table.lookup(question)?.route).toEqual(naive(table.list(), question))
        },
      ),
    )
  })

  test('knows which routes lead over a device, through additions, removals and other metrics', () => {
    const device = fc.constantFrom('eth0', 'cali1')
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom('10.0.0.0/24', '10.0.0.1/32'), fc.nat({ max: 2 }), device, fc.boolean()),
        ),
        device,
        (changes, over) => {
          const table = new RouteTable()
          for (const [destination, metric, dev, removed] of changes)
            if (!removed) table.replace({ ...route(destination, metric), dev })
            else if (table.list().some((r) => r.destination === destination)) table.remove(destination)
          const others = table.list().filter(({ dev }) => dev !== over)
          table.removeOver(over, ({ metric }) => metric === 1)
          expect(table.list().some((r) => r.dev === over && r.metric === 1)).toBe(false)
          table.removeOver(over)
          expect(table.list()).toEqual(others)
        },
      ),
    )
  })

  test.each([
    ['10.0.0.21', '10.0.0.0/24'],
    ['10.244.1.5', '10.244.1.5/32'],
    ['10.244.1.6', '10.244.1.0/26'],
    ['10.244.1.64', '0.0.0.0/0'],
    ['255.255.255.255', '0.0.0.0/0'],
  ])('%s is sent by %s', (to, destination) => {
    const table = new RouteTable()
    for (const each of ['0.0.0.0/0', '10.0.0.0/24', '10.244.1.0/26', '10.244.1.5/32']) table.add(route(each))
    expect(table.lookup(ipv4(to))?.route.destination).toBe(destination)
  })

  test('refuses a second route of the same metric and a removal of none', () => {
    const table = new RouteTable()
    const code = (act: () => void): string | undefined => {
      try {
        act()
        return undefined
      } catch (error) {
        return isErrno(error) ? error.code : String(error)
      }
    }
    table.add(route('10.0.0.0/24'))
    expect(code(() => table.add(route('10.0.0.0/24')))).toBe('EEXIST')
    expect(code(() => table.add(route('10.0.0.0/24', 1024)))).toBeUndefined()
    expect(code(() => table.remove('10.0.0.0/24', 'bird'))).toBe('ESRCH')
    expect(table.list()).toHaveLength(2)
  })

  test('lists as the kernel dumps: default first, then by network, the longer prefix before the shorter', () => {
    const table = new RouteTable()
    for (const each of ['10.244.2.0/26', '10.0.0.0/8', '0.0.0.0/0', '10.0.0.0/24']) table.add(route(each))
    expect(table.list().map((r) => r.destination)).toEqual([
      '0.0.0.0/0',
      '10.0.0.0/24',
      '10.0.0.0/8',
      '10.244.2.0/26',
    ])
  })
})
