import { describe, expect, test } from 'vitest'
import { type BirdBed, type BirdNode, birdBed } from '#lab/calico/bird/testing.ts'

const other = '10.244.1.0/26 via 10.0.0.22 dev eth0'

describe('a mesh of BIRDs', () => {
  test("two nodes have each other's block within 2 to 4 seconds", async () => {
    const { nodes, advance } = await birdBed(2)
    await advance(1.5)
    expect(nodes[0]?.routes()).not.toContain(other)
    await advance(2)
    expect(nodes[0]?.routes()).toEqual(['blackhole 10.244.0.0/26', other])
    expect(nodes[1]?.routes()).toEqual(['10.244.0.0/26 via 10.0.0.21 dev eth0', 'blackhole 10.244.1.0/26'])
  })

  test('says what a BIRD says', async () => {
    const { nodes, advance } = await birdBed(2)
    await advance(5)
    expect(nodes[0]?.log).toMatchInlineSnapshot(`
      [
        "bird: device1: Initializing",
        "bird: direct1: Initializing",
        "bird: Mesh_10_0_0_22: Initializing",
        "bird: device1: Starting",
        "bird: device1: Connected to table master",
        "bird: device1: State changed to feed",
        "bird: direct1: Starting",
        "bird: direct1: Connected to table master",
        "bird: direct1: State changed to feed",
        "bird: Mesh_10_0_0_22: Starting",
        "bird: Mesh_10_0_0_22: State changed to start",
        "bird: Graceful restart started",
        "bird: Started",
        "bird: device1: State changed to up",
        "bird: direct1: State changed to up",
        "bird: Mesh_10_0_0_22: Connected to table master",
        "bird: Mesh_10_0_0_22: State changed to feed",
        "bird: Graceful restart done",
        "bird: Mesh_10_0_0_22: State changed to up",
      ]
    `)
    expect(await nodes[0]?.ask('show protocols')).toMatchInlineSnapshot(`
      "BIRD v0.3.3+birdv1.6.8 ready.
      name     proto    table    state  since       info
      static1  Static   master   up     06:00:00    
      kernel1  Kernel   master   up     06:00:00    
      device1  Device   master   up     06:00:00    
      direct1  Direct   master   up     06:00:00    
      Mesh_10_0_0_22 BGP      master   up     06:00:02    Established   
      "
    `)
    expect(await nodes[0]?.ask('show protocols all Mesh_10_0_0_22')).toMatchInlineSnapshot(`
      "BIRD v0.3.3+birdv1.6.8 ready.
      name     proto    table    state  since       info
      Mesh_10_0_0_22 BGP      master   up     06:00:02    Established   
        Description:    Connection to BGP peer
        Preference:     100
        Input filter:   ACCEPT
        Output filter:  (unnamed)
        Routes:         1 imported, 1 exported, 1 preferred
        BGP state:          Established
          Neighbor address: 10.0.0.22
          Neighbor AS:      64512
          Neighbor ID:      10.0.0.22
          Neighbor caps:    refresh enhanced-refresh restart-able AS4 add-path-rx add-path-tx
          Session:          internal multihop AS4 add-path-rx add-path-tx
          Source address:   10.0.0.21
          Hold timer:       237/240
          Keepalive timer:  74/80
      "
    `)
    expect(await nodes[0]?.ask('show status')).toMatchInlineSnapshot(`
      "BIRD v0.3.3+birdv1.6.8 ready.
      BIRD v0.3.3+birdv1.6.8
      Router ID is 10.0.0.21
      Current server time is 2026-01-07 06:00:05
      Last reboot on 2026-01-07 06:00:00
      Last reconfiguration on 2026-01-07 06:00:00
      Daemon is up and running
      "
    `)
    expect(await nodes[0]?.ask('show route')).toMatchInlineSnapshot(`
      "BIRD v0.3.3+birdv1.6.8 ready.
      0.0.0.0/0          via 10.0.0.1 on eth0 [kernel1 06:00:00] * (10)
      10.0.0.0/24        dev eth0 [direct1 06:00:00] * (240)
      10.244.0.0/26      blackhole [static1 06:00:00] * (200)
      10.244.1.0/26      via 10.0.0.22 on eth0 [Mesh_10_0_0_22 06:00:02] * (100/0) [i]
      "
    `)
  })
})

describe('show route', () => {
  test('tells what goes out to a protocol, what its filter keeps, and what it would not hear of', async () => {
    const { nodes, advance } = await birdBed(2)
    await advance(5)
    const nets = async (words: string): Promise<readonly string[]> =>
      ((await nodes[0]?.ask(`show route ${words}`)) ?? '')
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0] ?? '')
    expect(await nets('export Mesh_10_0_0_22')).toEqual(['10.244.0.0/26'])
    expect(await nets('noexport Mesh_10_0_0_22')).toEqual(['0.0.0.0/0', '10.0.0.0/24'])
    expect(await nets('preexport Mesh_10_0_0_22')).toEqual(['0.0.0.0/0', '10.0.0.0/24', '10.244.0.0/26'])
    expect(await nets('export kernel1')).toEqual(['10.244.0.0/26', '10.244.1.0/26'])
    expect(await nets('export device1')).toEqual([])
  })

  test.each(['protocol nope', 'export nope', 'table nope'])('%s is refused', async (words) => {
    const { nodes, advance } = await birdBed(2)
    await advance(1)
    expect(await nodes[0]?.ask(`show route ${words}`)).toContain('syntax error, unexpected CF_SYM_UNDEFINED')
  })

  test('configure check reads the configuration and changes nothing', async () => {
    const { nodes, advance } = await birdBed(2)
    await advance(1)
    expect(await nodes[0]?.ask('configure check')).toMatch(
      /Reading configuration from .*\nConfiguration OK\n$/,
    )
  })
})

/** Seconds until it holds, looked at every tenth; undefined when it does not within an hour. */
async function until(bed: BirdBed, holds: () => boolean, limitSeconds = 3600): Promise<number | undefined> {
  const start = bed.kernel.nowMs
  while (!holds() && bed.kernel.nowMs - start < limitSeconds * 1000) await bed.advance(0.1)
  return holds() ? (bed.kernel.nowMs - start) / 1000 : undefined
}

/** Three nodes with all sessions up; the middle one dials one neighbour and waits for the other. */
async function settled(
  change?: (config: string, i: number) => string,
): Promise<BirdBed & { readonly nodes: readonly [BirdNode, BirdNode, BirdNode] }> {
  const bed = await birdBed(3, change)
  await bed.advance(10)
  const [a, b, c] = bed.nodes
  if (!a || !b || !c) throw new Error('three nodes were asked for')
  expect(a.routes()).toEqual(['blackhole 10.244.0.0/26', other, '10.244.2.0/26 via 10.0.0.23 dev eth0'])
  return { ...bed, nodes: [a, b, c] }
}

describe('a BIRD that goes', () => {
  test('killed: its neighbours keep its routes for 120 s, its machine for ever', async () => {
    const bed = await settled()
    const [a, b] = bed.nodes
    b.birds.kill('SIGKILL')
    const gone = await until(bed, () => !a.routes().includes(other))
    expect(gone).toBeGreaterThan(119)
    expect(gone).toBeLessThan(122)
    expect(b.routes()).toHaveLength(3)
  })

  test('killed, as its neighbours tell it', async () => {
    const bed = await settled()
    const [a, b, c] = bed.nodes
    const [atA, atC] = [a.log.length, c.log.length]
    b.birds.kill('SIGKILL')
    await bed.advance(3)
    // c has the higher address, so it dials b; a waits for b's call.
    expect(await c.ask('show protocols Mesh_10_0_0_22')).toContain(
      'start  06:00:10    Active        Socket: Connection refused',
    )
    expect(await a.ask('show protocols Mesh_10_0_0_22')).toContain(
      'start  06:00:10    Passive       Socket: Connection closed',
    )
    expect(await a.ask('show protocols all Mesh_10_0_0_22')).toMatch(
      /Neighbor graceful restart active\n {4}Restart timer: {4}117\/-/,
    )
    await bed.advance(120)
    for (const log of [a.log.slice(atA), c.log.slice(atC)])
      expect(log).toEqual(
        [
          'State changed to start',
          'State changed to stop',
          'State changed to down',
          'Starting',
          'State changed to start',
        ].map((text) => `bird: Mesh_10_0_0_22: ${text}`),
      )
  })

  test('killed and started again after a second: no route is lost anywhere', async () => {
    const bed = await settled()
    const [a, b, c] = bed.nodes
    const before = [a, b, c].map((node) => node.routes())
    b.birds.kill('SIGKILL')
    await bed.advance(1)
    await b.start()
    for (let i = 0; i < 300; i++) {
      await bed.advance(0.1)
      expect([a, b, c].map((node) => node.routes())).toEqual(before)
    }
    expect(await a.ask('show protocols Mesh_10_0_0_22')).toContain('Established')
  })

  test('asked to stop: its routes go at once and its socket too', async () => {
    const bed = await settled()
    const [a, b] = bed.nodes
    const at = a.log.length
    b.birds.kill('SIGTERM')
    const gone = await until(bed, () => !a.routes().includes(other))
    expect(gone).toBeLessThan(0.3)
    expect(a.log.slice(at)).toEqual(
      [
        'Received: Administrative shutdown',
        'State changed to stop',
        'State changed to down',
        'Starting',
        'State changed to start',
      ].map((text) => `bird: Mesh_10_0_0_22: ${text}`),
    )
    expect(b.log.at(-1)).toBe('bird: Shutdown completed')
    expect(await b.machine.files.exists('/run/bird.ctl')).toBe(false)
  })

  test.each([0, 20, 40, 70])(
    'cut off %i s later: its neighbours notice when the hold timer ends',
    async (later) => {
      const bed = await settled()
      const [a, b] = bed.nodes
      await bed.advance(later)
      bed.network.underlay.port(b.name).up = false
      const gone = await until(bed, () => !a.routes().includes(other))
      expect(gone).toBeGreaterThanOrEqual(160)
      expect(gone).toBeLessThanOrEqual(240.1)
      expect(a.log).toContain('bird: Mesh_10_0_0_22: Error: Hold timer expired')
      bed.network.underlay.port(b.name).up = true
      const back = await until(bed, () => a.routes().includes(other))
      expect(back).toBeLessThan(45)
    },
  )

  test('power cut: nothing is sent, so it is as silent as a cut cable', async () => {
    const bed = await settled()
    const [a, b] = bed.nodes
    await b.machine.halt('power-cut')
    expect(await until(bed, () => !a.routes().includes(other))).toBeGreaterThanOrEqual(160)
  })
})

describe('what the file says decides', () => {
  const timers = (text: string) => (config: string) =>
    config.replace('connect delay time 2;', `connect delay time 2;\n${text}`)

  test.each([
    [30, 'graceful restart time 30;'],
    [300, 'graceful restart time 300;'],
  ])('routes of a killed neighbour are kept %i s', async (seconds, text) => {
    const bed = await settled(timers(text))
    const [a, b] = bed.nodes
    b.birds.kill('SIGKILL')
    const gone = await until(bed, () => !a.routes().includes(other))
    expect(gone).toBeGreaterThan(seconds - 1)
    expect(gone).toBeLessThan(seconds + 2)
  })

  test('without graceful restart they go with the connection', async () => {
    const bed = await settled((config) => config.replaceAll('  graceful restart;\n', ''))
    const [a, b] = bed.nodes
    b.birds.kill('SIGKILL')
    expect(await until(bed, () => !a.routes().includes(other))).toBeLessThan(0.3)
  })

  test('a longer connect delay makes the first session later', async () => {
    const bed = await birdBed(2, (config) => config.replace('connect delay time 2;', 'connect delay time 9;'))
    const up = await until(bed, () => bed.nodes[0]?.routes().includes(other) ?? false)
    expect(up).toBeGreaterThanOrEqual(9)
    expect(up).toBeLessThan(10)
  })

  test('a shorter hold time notices a cut cable sooner', async () => {
    const bed = await settled(timers('hold time 30;'))
    const [a, b] = bed.nodes
    bed.network.underlay.port(b.name).up = false
    const gone = await until(bed, () => !a.routes().includes(other))
    expect(gone).toBeGreaterThanOrEqual(20)
    expect(gone).toBeLessThanOrEqual(30.1)
  })

  test('a wrong AS number keeps the session down and is told', async () => {
    const bed = await birdBed(2, (config, i) =>
      i === 1
        ? config
            .replaceAll('as 64512', 'as 64999')
            .replace('neighbor 10.0.0.21 as 64999', 'neighbor 10.0.0.21 as 64512')
        : config,
    )
    await bed.advance(30)
    expect(bed.nodes[0]?.log).toContain('bird: Mesh_10_0_0_22: Error: Bad peer AS: 64999')
    expect(bed.nodes[1]?.log).toContain('bird: Mesh_10_0_0_21: Received: Bad peer AS: 64999')
    expect(bed.nodes[0]?.routes()).toEqual(['blackhole 10.244.0.0/26'])
  })

  test('a hold time that BGP does not know is refused, and three seconds are not', async () => {
    const asking = (seconds: number) => (config: string, i: number) =>
      i === 1 ? timers(`hold time ${seconds};`)(config) : config
    const short = await birdBed(2, asking(2))
    await short.advance(30)
    expect(short.nodes[0]?.log).toContain('bird: Mesh_10_0_0_22: Error: Unacceptable hold time: 0002')
    expect(short.nodes[1]?.log).toContain('bird: Mesh_10_0_0_21: Received: Unacceptable hold time: 0002')
    const least = await birdBed(2, asking(3))
    await least.advance(30)
    expect(least.nodes[0]?.routes()).toContain(other)
  })

  test('a neighbour that is not configured is turned away', async () => {
    const bed = await birdBed(2, (config, i) =>
      i === 0 ? config.replace(/protocol bgp Mesh[\s\S]*$/, '') : config,
    )
    await bed.advance(10)
    expect(bed.nodes[0]?.routes()).toEqual(['blackhole 10.244.0.0/26'])
    // Started with -R, it waits for the neighbour that never comes before it writes to the kernel.
    expect(bed.nodes[1]?.routes()).toEqual([])
    expect(await bed.nodes[1]?.ask('show status')).toContain('Wait timer is 230/240')
    await bed.advance(231)
    expect(bed.nodes[1]?.routes()).toEqual(['blackhole 10.244.1.0/26'])
  })
})

describe('the machine under it', () => {
  test('a deleted route is back at the next scan', async () => {
    const bed = await settled()
    const [a] = bed.nodes
    await a.machine.net.apply([{ op: 'route-del', destination: '10.244.1.0/26' }])
    expect(a.routes()).not.toContain(other)
    const back = await until(bed, () => a.routes().includes(other))
    expect(back).toBeLessThanOrEqual(2.1)
  })

  test('a foreign route of a pod is learned and not announced', async () => {
    const bed = await settled()
    const [a, b] = bed.nodes
    await a.machine.net.apply([
      {
        op: 'route-add',
        route: {
          destination: '10.244.0.5/32',
          kind: 'unicast',
          dev: 'eth0',
          protocol: 'boot',
          scope: 'link',
        },
      },
    ])
    await bed.advance(5)
    expect(await a.ask('show route 10.244.0.5/32')).toContain('10.244.0.5/32      dev eth0 [kernel1')
    expect(b.routes()).toHaveLength(3)
  })

  test('what stays of several foreign routes to one network is learned when one goes', async () => {
    const { nodes, advance } = await birdBed(2)
    await advance(5)
    const [node] = nodes
    const net = '10.9.0.0/24'
    const via = (gateway: string, metric: number) => ({
      op: 'route-add' as const,
      route: {
        destination: net,
        kind: 'unicast' as const,
        via: gateway,
        dev: 'eth0',
        protocol: 'static' as const,
        metric,
      },
    })
    const learned = async (): Promise<string> =>
      (await node?.ask(`show route ${net}`))?.match(/via (\S+)/)?.[1] ?? 'none'
    await node?.machine.net.apply([via('10.0.0.22', 1), via('10.0.0.23', 2)])
    await advance(1)
    expect(await learned()).toBe('10.0.0.23')
    await node?.machine.net.apply([{ op: 'route-add', route: { ...via('10.0.0.24', 3).route } }])
    await advance(1)
    expect(await learned()).toBe('10.0.0.24')
    // The first one goes, which was not the one that counts; then all go.
    await node?.machine.net.apply([{ op: 'route-del', destination: net }])
    await advance(1)
    expect(await learned()).toBe('10.0.0.24')
    for (const _ of [1, 2]) await node?.machine.net.apply([{ op: 'route-del', destination: net }])
    await advance(1)
    expect(await learned()).toBe('none')
  })

  test('a reload with another block reloads what uses it, and neighbours learn it', async () => {
    const bed = await settled()
    const [a, b] = bed.nodes
    const at = a.log.length
    const config = await a.machine.files.read('/etc/bird.cfg')
    await a.machine.files.write(
      '/etc/bird.cfg',
      config
        .replace('protocol static {', 'protocol static { route 10.244.9.0/26 blackhole;')
        .replace(
          'function calico_aggr () {',
          'function calico_aggr () { if ( net = 10.244.9.0/26 ) then { accept; }',
        ),
    )
    a.birds.kill('SIGHUP')
    await bed.advance(1)
    expect(b.routes()).toContain('10.244.9.0/26 via 10.0.0.21 dev eth0')
    expect(a.log.slice(at)).toEqual([
      'bird: Reconfiguration requested by SIGHUP',
      'bird: Reconfiguring',
      'bird: Reloading protocol kernel1',
      'bird: device1: Reconfigured',
      'bird: direct1: Reconfigured',
      'bird: Mesh_10_0_0_22: Reconfigured',
      'bird: Reloading protocol Mesh_10_0_0_22',
      'bird: Mesh_10_0_0_22: State changed to feed',
      'bird: Mesh_10_0_0_23: Reconfigured',
      'bird: Reloading protocol Mesh_10_0_0_23',
      'bird: Mesh_10_0_0_23: State changed to feed',
      'bird: Reconfigured',
      'bird: Mesh_10_0_0_22: State changed to up',
      'bird: Mesh_10_0_0_23: State changed to up',
    ])
  })

  test('a neighbour that is removed is told so, and one that is added comes up', async () => {
    const bed = await settled()
    const [a, b] = bed.nodes
    const config = await a.machine.files.read('/etc/bird.cfg')
    await a.machine.files.write(
      '/etc/bird.cfg',
      config.replace(/protocol bgp Mesh_10_0_0_22[\s\S]*?\n}\n/, ''),
    )
    a.birds.kill('SIGHUP')
    await bed.advance(1)
    expect(a.log).toContain('bird: Removing protocol Mesh_10_0_0_22')
    expect(b.log).toContain('bird: Mesh_10_0_0_21: Received: Peer de-configured')
    expect(a.routes()).not.toContain(other)
    await a.machine.files.write('/etc/bird.cfg', config)
    a.birds.kill('SIGHUP')
    await bed.advance(10)
    expect(a.log).toContain('bird: Adding protocol Mesh_10_0_0_22')
    expect(a.routes()).toContain(other)
  })

  test('a file that cannot be parsed leaves the running configuration alone', async () => {
    const bed = await settled()
    const [a] = bed.nodes
    await a.machine.files.write(
      '/etc/bird.cfg',
      'router id 10.0.0.21;\nprotocol bgp x {\n  neighbour 1.2.3.4;\n}\n',
    )
    a.birds.kill('SIGHUP')
    await bed.advance(1)
    expect(a.log.at(-1)).toBe('bird: /etc/bird.cfg:3:3 syntax error, unexpected CF_SYM_UNDEFINED')
    expect(a.routes()).toContain(other)
  })

  test('a second BIRD on the same socket goes away', async () => {
    const bed = await settled()
    const [a] = bed.nodes
    const first = a.birds
    await a.start()
    await bed.advance(1)
    expect(a.log.at(-1)).toBe('bird: I found another BIRD running.')
    expect([first.alive, a.birds.alive]).toEqual([true, false])
  })
})
