import { describe, expect, test } from 'vitest'
import { Kernel } from '#lab/kernel/kernel.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'

const kernel = (o: { hops?: number } = {}): Kernel => new Kernel({ seed: 1, startMs: 0, ...o })

describe('the kernel', () => {
  test('an hour of sleeping passes at once', async () => {
    const k = kernel()
    const seen: number[] = []
    k.start('sleeper', async (task) => {
      for (;;) {
        await task.sleep(60_000)
        seen.push(k.nowMs)
      }
    })
    await k.advanceTo(3_600_000)
    expect(seen).toHaveLength(60)
    expect(k.nowMs).toBe(3_600_000)
  })

  test.each([0, 1, 7, 100])('a refactoring that adds %i awaits moves nothing', async (hops) => {
    const k = kernel({ hops })
    const log: string[] = []
    const box = new Mailbox<string>(k)
    for (const name of ['a', 'b', 'c'])
      k.start(name, async (task) => {
        for (let i = 0; i < 3; i++) {
          await task.sleep(10)
          box.put(`${name}${i}`)
        }
      })
    k.start('reader', async (task) => {
      for (;;) log.push(...(await box.take(task)))
    })
    await k.advanceTo(1000)
    expect(log.join(' ')).toBe('a0 b0 c0 a1 b1 c1 a2 b2 c2')
  })

  test.each([[[]], [[15]]])(
    'where somebody outside stops (at %j) moves nothing, even when a task has been stopped just before',
    async (stopsAt) => {
      const names: string[] = []
      const k = new Kernel({
        seed: 1,
        startMs: 0,
        onEvent: (timeMs, name) => names.push(`${timeMs} ${name}`),
      })
      const box = new Mailbox<string>(k)
      const victim = k.start('victim', (task) => task.sleep(1000))
      k.start('stopper', async (task) => {
        await task.sleep(10)
        victim.stop() // no event of its own: the task goes on in the event that woke it
      })
      k.start('reader', async (task) => {
        for (;;) await box.take(task, { timeoutMs: 20 })
      })
      for (const each of stopsAt) {
        k.mark(each)
        await k.advanceTo(each)
      }
      await k.advanceTo(45)
      expect(names.filter((each) => each.endsWith('reader')).length).toBe(1) // its start; time-outs wake it directly
      expect(names.at(-1)).toBe('40 reader time-out')
    },
  )

  test('a process that waits on a real timer is caught by name', async () => {
    const k = kernel()
    k.start('cheater', async (task) => {
      await task.sleep(1)
      await new Promise((resolve) => setTimeout(resolve, 1))
    })
    await expect(k.advanceTo(10)).rejects.toThrow('process "cheater" waits on something other than its ports')
  })

  test('a crash surfaces with the name of the process', async () => {
    const k = kernel()
    k.start('kubelet', async (task) => {
      await task.sleep(1)
      throw new Error('boom')
    })
    await expect(k.advanceTo(10)).rejects.toThrow('process "kubelet" crashed: Error: boom')
  })

  test('stopping a task stops what it spawned, and only that', async () => {
    const k = kernel()
    const ticks: string[] = []
    const tick = (name: string) => async (task: { sleep(ms: number): Promise<void> }) => {
      for (;;) {
        await task.sleep(10)
        ticks.push(name)
      }
    }
    const parent = k.start('parent', async (task) => {
      task.spawn('child', tick('child'))
      await task.sleep(1e9)
    })
    k.start('other', tick('other'))
    await k.advanceTo(15)
    parent.stop()
    await k.advanceTo(35)
    expect(ticks).toEqual(['other', 'child', 'other', 'other'])
  })

  test('a task without a function is there until it is stopped, with what it spawned', async () => {
    const k = kernel()
    const ended: string[] = []
    const group = k.start('machine')
    for (const name of ['container', 'other']) group.spawn(name).onEnd(() => ended.push(name))
    await k.advanceTo(1000)
    expect([group.alive, ended]).toEqual([true, []])
    group.stop()
    expect([group.alive, ended]).toEqual([false, ['container', 'other']])
  })

  test.each([
    ['before it waits', () => Promise.reject(new Error('refused'))],
    [
      'at once',
      () => {
        throw new Error('refused')
      },
    ],
  ])('who spawned a task may answer for what it throws %s', async (_, main: () => Promise<void>) => {
    const k = kernel()
    const told: unknown[] = []
    const group = k.start('program')
    const failed = (error: unknown): boolean => told.push(String(error)) > 0
    const thread = group.spawn('thread', main, { failed })
    await k.advanceTo(10)
    expect([thread.alive, told]).toEqual([false, ['Error: refused']])
    group.spawn('bug', main, { failed: () => false })
    await expect(k.advanceTo(20)).rejects.toThrow('process "program/bug" crashed: Error: refused')
  })

  test('a task goes on with what its owner answers, and ends with that', async () => {
    const k = kernel()
    const group = k.start('machine')
    const instead = group.spawn('program', () => Promise.reject(new Error('exec')), {
      failed: (_, task) => task.sleep(50),
    })
    await k.advanceTo(40)
    expect(instead.alive).toBe(true)
    await k.advanceTo(60)
    expect(instead.alive).toBe(false)
  })

  test('take gives up after its time-out and answers nothing', async () => {
    const k = kernel()
    const box = new Mailbox<number>(k)
    let got: number[] | undefined
    k.start('reader', async (task) => {
      got = await box.take(task, { timeoutMs: 500 })
      expect(k.nowMs).toBe(500)
    })
    await k.advanceTo(1000)
    expect(got).toEqual([])
  })

  describe('a beat that rests', () => {
    /** When one is asked that beats from 100 on, every 50, and rests while its epoch stands; the events on the way. */
    async function beats(
      o: { readonly untilMs?: number },
      arrange: (k: Kernel, box: Mailbox<string>) => void,
    ): Promise<{ readonly asked: readonly number[]; readonly woken: readonly string[] }> {
      const k = kernel()
      const box = new Mailbox<string>(k)
      const asked: number[] = []
      const woken: string[] = []
      k.start('reader', async (task) => {
        for (;;) {
          const { epoch } = k
          const got = await box.take(task, {
            timeoutMs: 100,
            again: () => {
              asked.push(k.nowMs)
              return k.epoch === epoch ? { periodMs: 50, ...o } : undefined
            },
          })
          woken.push(`${k.nowMs}: ${got.join()}`)
        }
      })
      arrange(k, box)
      await k.advanceTo(999)
      return { asked, woken }
    }

    type Arrange = (k: Kernel, box: Mailbox<string>) => void
    const moveAt = (timeMs: number): Arrange => {
      return (k) => void k.at(timeMs, 'change', () => k.moved())
    }
    const stirAt = (timeMs: number): Arrange => {
      return (k, box) => void k.at(timeMs, 'stir', () => box.stir())
    }
    const letterAt = (timeMs: number): Arrange => {
      return (k, box) => void k.at(timeMs, 'letter', () => box.put('letter'))
    }

    test.each([
      ['is asked once while nothing moves', {}, () => {}, { asked: [100], woken: [] }],
      [
        'goes on at its next tick after a move',
        {},
        moveAt(310),
        { asked: [100, 350, 450], woken: ['350: '] },
      ],
      [
        'has ticked when something moves at a tick',
        {},
        moveAt(300),
        { asked: [100, 350, 450], woken: ['350: '] },
      ],
      [
        'is asked when its time is up, and rests on',
        { untilMs: 360 },
        () => {},
        { asked: [100, 400, 450, 500, 550, 600, 650, 700, 750, 800, 850, 900, 950], woken: [] },
      ],
      ['is asked at its next tick when it is stirred', {}, stirAt(310), { asked: [100, 350], woken: [] }],
      ['ends with what comes', {}, letterAt(310), { asked: [100, 410], woken: ['310: letter'] }],
    ] as const)('%s', async (_, o, arrange, expected) => {
      expect(await beats(o, arrange)).toEqual(expected)
    })
  })

  test('what is repeated comes in the pauses that it asks for, until it asks for none or its task has ended', async () => {
    const k = kernel()
    const told: string[] = []
    const pauses = [10, 5]
    const repeater = k.start('repeater', async (task) => {
      task.repeat(1, () => {
        told.push(`a ${k.nowMs}`)
        return pauses.shift()
      })
      task.repeat(4, () => {
        told.push(`b ${k.nowMs}`)
        return 4
      })
      await task.sleep(1000)
    })
    k.at(18, 'end', () => repeater.stop())
    await k.advanceTo(100)
    expect(told).toEqual(['a 1', 'b 4', 'b 8', 'a 11', 'b 12', 'a 16', 'b 16'])
  })

  test('the epoch moves when somebody says so, and only then', async () => {
    const k = kernel()
    k.at(5, 'change', () => k.moved())
    await k.advanceTo(4)
    const before = k.epoch
    await k.advanceTo(10)
    expect(k.epoch).toBe(before + 1)
  })
})
