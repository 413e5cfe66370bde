import { describe, expect, test } from 'vitest'
import type { NetChange, NetStack, UnderlayRule } from '#lab/network/ports.ts'
import { addPod, type Bed, bed, run } from '#lab/network/test-bed.ts'

type Kind = 'ipip' | 'vxlan'

/** Two machines with a pod each, behind tunnel devices as Felix makes them. */
async function tunnelBed(kind: Kind): Promise<Bed & { podA: NetStack; podB: NetStack }> {
  const all = bed()
  const podA = await addPod(all.network, all.a, { name: 'podA', address: '10.244.1.5' })
  const podB = await addPod(all.network, all.b, { name: 'podB', address: '10.244.2.5' })
  await all.a.apply(tunnel(kind, { own: 1, other: 2 }))
  await all.b.apply(tunnel(kind, { own: 2, other: 1 }))
  return { ...all, podA, podB }
}

const macOf = (n: number): string => `66:00:00:00:00:0${n}`

function tunnel(kind: Kind, { own, other }: { own: number; other: number }): readonly NetChange[] {
  const name = kind === 'ipip' ? 'tunl0' : 'vxlan.calico'
  const via = kind === 'ipip' ? `10.0.0.2${other}` : `10.244.${other}.0`
  const options = { vni: 4096, port: 4789, local: `10.0.0.2${own}`, txChecksumOffload: false }
  return [
    {
      op: 'link-add',
      name,
      kind,
      mac: macOf(own),
      ...(kind === 'vxlan' ? { tunnel: options } : {}),
    },
    { op: 'link-set', name, up: true },
    { op: 'address-add', link: name, address: `10.244.${own}.0`, prefixLength: 32 },
    ...(kind === 'vxlan' ? neighbour({ name, via, other }) : []),
    {
      op: 'route-add',
      route: {
        destination: `10.244.${other}.0/26`,
        kind: 'unicast',
        via,
        dev: name,
        onlink: true,
        protocol: 'bird',
      },
    },
  ]
}

const neighbour = (o: { name: string; via: string; other: number }): readonly NetChange[] => [
  {
    op: 'neigh-replace',
    neighbour: { link: o.name, address: o.via, mac: macOf(o.other), permanent: true },
  },
  { op: 'fdb-replace', entry: { link: o.name, mac: macOf(o.other), destination: `10.0.0.2${o.other}` } },
]

const pinged = (
  { kernel, podA }: { kernel: Bed['kernel']; podA: NetStack },
  sizeBytes = 84,
  dontFragment = true,
) =>
  run(kernel, (task) =>
    podA.probe(task, { to: '10.244.2.5', protocol: 'icmp', sizeBytes, dontFragment, timeoutMs: 1000 }),
  )

const why = (podA: NetStack): string | undefined =>
  podA
    .trace({ to: '10.244.2.5', protocol: 'icmp' })
    .filter(({ what }) => !what.startsWith('routed'))
    .at(-1)?.what

describe.each(['ipip', 'vxlan'] as const)('pods over %s', (kind) => {
  test('reach each other though the underlay knows no pod', async () => {
    const all = await tunnelBed(kind)
    all.network.underlay.addRule({ name: 'no pods', source: '10.244.0.0/16', action: 'drop' })
    expect(await pinged(all)).toMatchObject({ kind: 'reply' })
  })

  test('are reached from the other host, which sends from its tunnel address', async () => {
    const all = await tunnelBed(kind)
    const hops = all.a.trace({ to: '10.244.2.5', protocol: 'icmp' })
    expect(hops.at(-1)).toEqual({ at: 'a', what: 'reply delivered to 10.244.1.0' })
  })

  const own: Partial<UnderlayRule> = kind === 'ipip' ? { protocol: 'ipip' } : { protocol: 'udp', port: 4789 }
  const others: Partial<UnderlayRule> = { protocol: kind === 'ipip' ? 'udp' : 'ipip' }

  test.each([
    ['another protocol is dropped on the way', others, 'reply'],
    ['the protocol is dropped on the way', own, 'silent'],
  ] as const)('when %s', async (_, rule, outcome) => {
    const all = await tunnelBed(kind)
    all.network.underlay.addRule({ name: 'fw', action: 'drop', ...rule })
    expect((await pinged(all)).kind).toBe(outcome)
  })

  test('may send what fits into the tunnel, and are told what does not', async () => {
    const all = await tunnelBed(kind)
    const fits = kind === 'ipip' ? 1480 : 1450
    expect(await pinged(all, fits)).toMatchObject({ kind: 'reply' })
    expect(await pinged(all, fits + 1)).toMatchObject({ kind: 'too-big', mtuBytes: fits })
    expect(await pinged(all, fits + 1, false)).toMatchObject({ kind: 'reply' })
  })

  test('lose large packets alone where the underlay carries less than the tunnel believes', async () => {
    const all = await tunnelBed(kind)
    all.network.underlay.port('b').mtuBytes = 1440
    expect((await pinged(all, 1000)).kind).toBe('reply')
    expect((await pinged(all, 1430)).kind).toBe('silent')
  })

  test('hear nothing from a host whose tunnel device is down', async () => {
    const all = await tunnelBed(kind)
    await all.b.apply([{ op: 'link-set', name: kind === 'ipip' ? 'tunl0' : 'vxlan.calico', up: false }])
    expect((await pinged(all)).kind).toBe('silent')
    expect(why(all.podA)).toMatch(/^no device takes/)
  })
})

describe('vxlan', () => {
  test.each([
    [
      'no entry says where the other end is',
      { op: 'fdb-del', link: 'vxlan.calico', mac: macOf(2) },
      /no FDB entry/,
    ],
    [
      'nobody told who the next hop is',
      { op: 'neigh-del', link: 'vxlan.calico', address: '10.244.2.0' },
      /no neighbour 10\.244\.2\.0 on vxlan\.calico/,
    ],
    [
      'the other end has another MAC by now',
      {
        op: 'neigh-replace',
        neighbour: { link: 'vxlan.calico', address: '10.244.2.0', mac: macOf(9), permanent: true },
      },
      /the frame is for 66:00:00:00:00:09, vxlan\.calico is 66:00:00:00:00:02/,
    ],
  ] as const)('is silent when %s', async (_, change, says) => {
    const all = await tunnelBed('vxlan')
    await all.a.apply([
      { op: 'fdb-replace', entry: { link: 'vxlan.calico', mac: macOf(9), destination: '10.0.0.22' } },
      change,
    ])
    expect(why(all.podA)).toMatch(says)
    expect((await pinged(all)).kind).not.toBe('reply')
  })

  test('loses TCP alone where the card spoils checksums that it was asked for', async () => {
    const all = await tunnelBed('vxlan')
    all.network.underlay.port('a').corruptsVxlanChecksums = true
    const dial = (): Promise<string> =>
      run(all.kernel, async (task) => {
        const outcome = await all.podA.probe(task, {
          to: '10.244.2.5',
          protocol: 'tcp',
          port: 80,
          timeoutMs: 500,
        })
        return outcome.kind
      })
    expect(await dial()).toBe('refused')
    await all.a.apply([{ op: 'link-set', name: 'vxlan.calico', tunnel: { txChecksumOffload: true } }])
    expect([await dial(), (await pinged(all)).kind]).toEqual(['silent', 'reply'])
  })

  test('refuses a second device for the same network and port', async () => {
    const all = await tunnelBed('vxlan')
    const second = all.a.apply([
      { op: 'link-add', name: 'flannel.1', kind: 'vxlan', tunnel: { vni: 4096, port: 4789 } },
    ])
    await expect(second).rejects.toMatchObject({ code: 'EEXIST' })
  })
})
