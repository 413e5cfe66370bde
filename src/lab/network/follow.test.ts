/** Ends of connections that take what arrives without a task, and what is known about their ways without sending. */
import { describe, expect, test } from 'vitest'
import { isErrno } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import type { Connection, NetStack, Reader } from '#lab/network/ports.ts'
import { bed, run } from '#lab/network/test-bed.ts'

/** One way between neighbours: see latencyMs. */
const wayMs = 4 / 16

async function connected(
  { kernel, a, b }: { readonly kernel: Kernel; readonly a: NetStack; readonly b: NetStack },
  accept: (far: Connection) => void,
): Promise<{ readonly near: Connection }> {
  await run(kernel, (task) => b.listen({ port: 80 }, accept).then(() => task.sleep(0)))
  const near = await run(kernel, (task) => a.connect(task, { address: '10.0.0.22', port: 80 }))
  return { near }
}

/** What a reader hears, with the time that has passed. */
function hearing(
  kernel: Kernel,
  o: Partial<Reader> = {},
): { readonly reader: Reader; readonly heard: string[] } {
  const heard: string[] = []
  const startMs = kernel.nowMs
  const reader: Reader = {
    payload: (payload) => heard.push(`${payload} at ${kernel.nowMs - startMs}`),
    end: (why) => heard.push(`${isErrno(why) ? why.code : why} at ${kernel.nowMs - startMs}`),
    ...o,
  }
  return { reader, heard }
}

describe('following a connection', () => {
  test('payloads are handed over in the event of their arrival, then the end', async () => {
    const net = bed()
    let heard: readonly string[] = []
    const { near } = await connected(net, (far) => {
      const ear = hearing(net.kernel)
      heard = ear.heard
      far.follow(ear.reader)
    })
    near.send('one')
    near.send('two')
    near.close()
    await net.kernel.advanceTo(net.kernel.nowMs + 10)
    expect(heard).toEqual([`one at ${wayMs}`, `two at ${wayMs}`, `closed at ${wayMs}`])
  })

  test('what came before is handed over at once, in order', async () => {
    const net = bed()
    let far: Connection | undefined
    const { near } = await connected(net, (c) => {
      far = c
    })
    for (const text of ['one', 'two']) near.send(text)
    near.close()
    await net.kernel.advanceTo(net.kernel.nowMs + 10)
    const { reader, heard } = hearing(net.kernel)
    far?.follow(reader)
    expect(heard).toEqual(['one at 0', 'two at 0', 'closed at 0'])
  })

  test('a reader that takes its time gets things so much later', async () => {
    const net = bed()
    let heard: readonly string[] = []
    const { near } = await connected(net, (far) => {
      const ear = hearing(net.kernel, { afterMs: 2 })
      heard = ear.heard
      far.follow(ear.reader)
    })
    near.send('one')
    await net.kernel.advanceTo(net.kernel.nowMs + 10)
    expect(heard).toEqual([`one at ${wayMs + 2}`])
  })

  test('what a slow reader acknowledges twice, the second time in vain, does not keep back what is said later', async () => {
    const net = bed()
    const { underlay } = net.network
    const ear = hearing(net.kernel, { afterMs: 1000 })
    const { near } = await connected(net, (far) => far.follow(ear.reader))
    const pass = (ms: number): Promise<void> => net.kernel.advanceTo(net.kernel.nowMs + ms)
    underlay.addRule({ name: 'wall', protocol: 'tcp', port: 80, action: 'drop' })
    near.send('one')
    underlay.removeRule('wall')
    await pass(1300) // sent again after 200 and 600 ms: taken the first time
    underlay.addRule({ name: 'back', source: '10.0.0.22/32', action: 'drop' })
    await pass(1000)
    underlay.removeRule('back')
    near.send('two')
    await pass(2000)
    expect(ear.heard).toEqual([expect.stringMatching(/^one/), expect.stringMatching(/^two/)])
  })

  test('an end that closes with the other one costs no event; one that has something to say hears of it', async () => {
    const events = async (o: Partial<Reader>): Promise<number> => {
      const net = bed()
      const { near } = await connected(net, (far) => far.follow(hearing(net.kernel, o).reader))
      const before = net.kernel.ran
      near.close()
      await net.kernel.advanceTo(net.kernel.nowMs + 10)
      return net.kernel.ran - before
    }
    expect(await events({ closesWithOther: true })).toBe(0)
    expect(await events({})).toBeGreaterThan(0)
  })

  test('an end that closes with the other one stays when no word of that reaches it', async () => {
    const net = bed()
    let heard: readonly string[] = []
    const { near } = await connected(net, (far) => {
      const ear = hearing(net.kernel, { closesWithOther: true })
      heard = ear.heard
      far.follow(ear.reader)
    })
    net.network.underlay.addRule({ name: 'wall', protocol: 'tcp', port: 80, action: 'drop' })
    near.close()
    await net.kernel.advanceTo(net.kernel.nowMs + 1000)
    expect(heard).toEqual([])
    expect(net.b.connections()).toHaveLength(1)
  })
})

describe('how long the answer to a sign of life would take', () => {
  const echoing = { echoes: true, afterMs: 1 } as const

  test('both ways and what the other end takes, exactly as if it had been sent', async () => {
    const net = bed()
    const { near } = await connected(net, (far) =>
      far.follow(hearing(net.kernel, { ...echoing, payload: () => far.send('pong') }).reader),
    )
    const told = near.echoMs
    const startMs = net.kernel.nowMs
    near.send('ping')
    await run(net.kernel, (task) => near.receive(task))
    expect(told).toBe(net.kernel.nowMs - startMs)
  })

  test.each<readonly [string, Partial<Reader>, (net: ReturnType<typeof bed>, near: Connection) => void]>([
    ['the other end does not answer by itself', { afterMs: 1 }, () => {}],
    ['something is still on its way', echoing, (_, near) => near.send('first')],
    ['this end has closed', echoing, (_, near) => near.close()],
    [
      'the way there is closed',
      echoing,
      ({ network }) => network.underlay.addRule({ name: 'wall', port: 80, protocol: 'tcp', action: 'drop' }),
    ],
    [
      'the way back is closed',
      echoing,
      ({ network }) => network.underlay.addRule({ name: 'wall', source: '10.0.0.22/32', action: 'drop' }),
    ],
  ])('is not known where %s', async (_, reader, spoil) => {
    const net = bed()
    const { near } = await connected(net, (far) => far.follow(hearing(net.kernel, reader).reader))
    spoil(net, near)
    expect(near.echoMs).toBeUndefined()
  })
})

describe('a relay that the other end reads by', () => {
  /** From `a` to `b`, which sends all on to another port of `a`, and back. */
  async function relayed(
    net: ReturnType<typeof bed>,
    server: (c: Connection) => Reader,
  ): Promise<Connection> {
    await run(net.kernel, (task) =>
      net.a.listen({ port: 81 }, (c) => c.follow(server(c))).then(() => task.sleep(0)),
    )
    const beyond = await run(net.kernel, (task) => net.b.connect(task, { address: '10.0.0.21', port: 81 }))
    const sendingOn = (to: Connection): Reader => ({
      relay: to,
      payload: (payload) => to.send(payload),
      end: () => to.close(),
    })
    const { near } = await connected(net, (far) => {
      far.follow(sendingOn(beyond))
      beyond.follow(sendingOn(far))
    })
    return near
  }
  const server = (c: Connection): Reader => ({
    echoes: true,
    afterMs: 1,
    payload: () => c.send('pong'),
    answer: (payload) => `${String(payload)}, too`,
    end: () => c.close(),
  })

  test('answers as late as who is behind it, exactly as if it had been sent', async () => {
    const net = bed()
    const near = await relayed(net, server)
    const told = near.echoMs
    const startMs = net.kernel.nowMs
    near.send('ping')
    await run(net.kernel, (task) => near.receive(task))
    expect(told).toBe(net.kernel.nowMs - startMs)
    expect(near.ask?.('well')).toEqual({ payload: 'well, too', inMs: told })
  })

  test('is not known to answer where the way behind it is closed, nor where nobody there answers by himself', async () => {
    const net = bed()
    const near = await relayed(net, server)
    expect(near.echoMs).toBeDefined()
    net.network.underlay.addRule({ name: 'wall', port: 81, protocol: 'tcp', action: 'drop' })
    expect(near.echoMs).toBeUndefined()
    expect(near.ask?.('well')).toBeUndefined()
    const another = bed()
    expect((await relayed(another, () => hearing(another.kernel).reader)).echoMs).toBeUndefined()
  })
})
