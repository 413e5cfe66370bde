import { describe, expect, test } from 'vitest'
import type { Network } from '#lab/network/network.ts'
import type { Connection } from '#lab/network/ports.ts'
import { type Bed, bed, codeOf, echo, run } from '#lab/network/test-bed.ts'

describe('a connection', () => {
  test('carries payloads both ways within a millisecond', async () => {
    const { kernel, a, b } = bed()
    await echo(kernel, b)
    const answer = await run(kernel, async (task) => {
      const c = await a.connect(task, { address: '10.0.0.22', port: 80 })
      c.send('one')
      c.send({ two: 2 })
      return [await c.receive(task), await c.receive(task), c.remote.port]
    })
    expect(answer).toEqual(['one', { two: 2 }, 80])
    expect(kernel.nowMs).toBe(1)
  })

  test.each([
    ['nobody listens', '10.0.0.22', 81, undefined, 'ECONNREFUSED', 0.5],
    ['nobody has the address', '10.0.0.99', 80, undefined, 'EHOSTUNREACH', 3000],
    ['the gateway drops what it has no route for', '10.244.1.5', 80, undefined, 'ETIMEDOUT', 130_000],
    ['the caller waits five seconds only', '10.244.1.5', 80, 5000, 'ETIMEDOUT', 5000],
    ['the caller waits two seconds for ARP', '10.0.0.99', 80, 2000, 'ETIMEDOUT', 2000],
  ])('is refused in its own way when %s', async (_, address, port, timeoutMs, code, ms) => {
    const { kernel, a } = bed()
    const o = timeoutMs === undefined ? {} : { timeoutMs }
    expect(await run(kernel, (task) => codeOf(a.connect(task, { address, port }, o)))).toBe(code)
    expect(kernel.nowMs).toBe(ms)
  })

  test('opens at the next SYN after the listener has come', async () => {
    const { kernel, network, a, b } = bed()
    network.underlay.addRule({ name: 'fw', port: 80, action: 'drop' })
    await echo(kernel, b)
    kernel.at(4000, 'mend', () => network.underlay.removeRule('fw'))
    await run(kernel, (task) => a.connect(task, { address: '10.0.0.22', port: 80 }))
    expect(kernel.nowMs).toBeGreaterThan(7000)
    expect(kernel.nowMs).toBeLessThan(7001)
  })

  const connected = async ({ kernel, a, b }: Bed): Promise<{ near: Connection; far: Connection }> => {
    let far: Connection | undefined
    await b.listen({ port: 80 }, (c) => {
      far = c
    })
    const near = await run(kernel, (task) => a.connect(task, { address: '10.0.0.22', port: 80 }))
    if (!far) throw new Error('not accepted')
    return { near, far }
  }

  test('delivers in order what was sent while the path was broken, at the next retransmission', async () => {
    const all = bed()
    const { near, far } = await connected(all)
    all.network.underlay.port('b').up = false
    near.send('one')
    near.send('two')
    all.kernel.at(1000, 'mend', () => {
      all.network.underlay.port('b').up = true
    })
    const got = await run(all.kernel, async (task) => [await far.receive(task), await far.receive(task)])
    expect(got).toEqual(['one', 'two'])
    // Sent again after 0.2, 0.6, 1.4 s.
    expect(Math.round(all.kernel.nowMs)).toBe(1401)
  })

  test.each([
    [
      'a dropped packet',
      (n: Network) => n.underlay.addRule({ name: 'fw', destination: '10.0.0.22', action: 'drop' }),
      'ETIMEDOUT',
    ],
    [
      'a dead neighbour',
      (n: Network) => {
        n.underlay.port('b').up = false
      },
      'EHOSTUNREACH',
    ],
  ])('gives up after 924.6 s of %s', async (_, breaks, code) => {
    const all = bed()
    const { near } = await connected(all)
    breaks(all.network)
    const start = all.kernel.nowMs
    near.send('lost')
    expect(await run(all.kernel, (task) => codeOf(near.receive(task)))).toBe(code)
    expect(all.kernel.nowMs - start).toBeCloseTo(924_600, 3)
  })

  test('whose acknowledgements are lost delivers once and gives up all the same', async () => {
    const all = bed()
    const { near, far } = await connected(all)
    all.network.underlay.addRule({ name: 'fw', source: '10.0.0.22', action: 'drop' })
    near.send('once')
    const got = await run(all.kernel, async (task) => [
      await far.receive(task),
      await far.receive(task, { timeoutMs: 1e6 }),
    ])
    expect(got).toEqual(['once', undefined])
    expect(await run(all.kernel, (task) => codeOf(near.receive(task)))).toBe('ETIMEDOUT')
  })

  test('closes in order when the process at the other end dies', async () => {
    const { kernel, a, b } = bed()
    const credentials = {
      uid: 0,
      euid: 0,
      gid: 0,
      groups: [],
      effective: new Set<never>(),
      bounding: new Set<never>(),
    }
    const server = kernel.start('server', async (task) => {
      await b.view({ credentials, task }).listen({ port: 8080 }, (c) => c.send('hello'))
      await task.sleep(1e9)
    })
    kernel.at(5000, 'kill', () => server.stop())
    const heard = await run(kernel, async (task) => {
      await task.sleep(1)
      const c = await a.connect(task, { address: '10.0.0.22', port: 8080 })
      const words = [await c.receive(task), await c.receive(task)]
      const before = a.connections().map(({ state }) => state)
      // The dead process's kernel answers what still comes with RST.
      c.send('are you there?')
      await task.sleep(10)
      return { words, before, after: a.connections() }
    })
    expect(heard).toEqual({ words: ['hello', 'closed'], before: ['CLOSE-WAIT'], after: [] })
    expect(b.listeners()).toEqual([])
  })

  test('hears nothing of a power cut, and is reset by the rebooted host', async () => {
    const all = bed()
    const { kernel, network, a, b } = all
    const { near } = await connected(all)
    network.underlay.port('b').up = false
    b.destroy({ silent: true })
    expect(await run(kernel, (task) => near.receive(task, { timeoutMs: 600_000 }))).toBeUndefined()
    expect(a.connections()).toHaveLength(1)
    network.underlay.port('b').up = true
    network.attach(b, { machine: 'b', address: '10.0.0.22', prefixLength: 24 })
    near.send('anybody?')
    expect(await run(kernel, (task) => codeOf(near.receive(task)))).toBe('ECONNRESET')
    expect(a.connections()).toEqual([])
  })

  test('is closed by an orderly shutdown, unless the FIN is dropped on its way', async () => {
    for (const dropped of [false, true]) {
      const all = bed()
      const { near } = await connected(all)
      if (dropped) all.network.underlay.addRule({ name: 'fw', source: '10.0.0.22', action: 'drop' })
      all.b.destroy({ silent: false })
      const heard = await run(all.kernel, (task) => near.receive(task, { timeoutMs: 10_000 }))
      expect(heard).toBe(dropped ? undefined : 'closed')
    }
  })

  test('shows its states as ss names them', async () => {
    const all = bed()
    const { near, far } = await connected(all)
    all.network.underlay.addRule({ name: 'fw', source: '10.0.0.22', action: 'drop' })
    near.close() // its FIN arrives, the acknowledgement does not
    await run(all.kernel, (task) => far.receive(task))
    far.close()
    const states = [all.a, all.b].map((stack) => stack.connections().map(({ state }) => state))
    expect(states).toEqual([['FIN-WAIT-1'], ['LAST-ACK']])
    // Orphans give up sooner than the living.
    await all.kernel.advanceTo(all.kernel.nowMs + 110_000)
    expect([...all.a.connections(), ...all.b.connections()]).toEqual([])
  })

  test('passes small segments and loses full ones where a port carries less than the ends believe', async () => {
    const all = bed()
    const { near, far } = await connected(all)
    all.network.underlay.port('b').mtuBytes = 1400
    near.send('small')
    near.send('x'.repeat(5000))
    const got = await run(all.kernel, async (task) => [
      await far.receive(task),
      await far.receive(task, { timeoutMs: 60_000 }),
    ])
    expect(got).toEqual(['small', undefined])
  })
})
