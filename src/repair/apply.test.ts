import { describe, expect, test } from 'vitest'
import { failed, ok } from '#base/result.ts'
import { withoutRelation } from '#cluster/facts-builder.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { type ApplyOptions, apply, resume } from '#repair/apply.ts'
import type { RepairEvent } from '#repair/events.ts'
import { type JournalEntry, memoryJournal, readEntries, stateOf, writeEntry } from '#repair/journal.ts'
import {
  clockOf,
  factsOf,
  handsOn,
  observing,
  plan,
  sickWorld,
  type World,
  wrongMode,
} from '#repair/testing/world.ts'
import { undo } from '#repair/undo.ts'

function optionsFor(world: World, entries: JournalEntry[] = []): ApplyOptions {
  return {
    plan,
    first: { diagnosis: diagnose(factsOf(world), [wrongMode]), clusterUid: world.clusterUid },
    observe: observing(world),
    hands: handsOn(world),
    journal: memoryJournal(entries),
    clock: clockOf(world),
    goal: 'restore',
  }
}

async function all(events: AsyncIterable<RepairEvent>): Promise<readonly RepairEvent[]> {
  const list: RepairEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

const howEach = (events: readonly RepairEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'step-ended' ? [`${event.step.id}: ${event.how}`] : []))

const end = (events: readonly RepairEvent[]) => {
  const last = events.at(-1)
  if (last?.kind !== 'finished') throw new Error('the last event is not "finished"')
  return last
}

describe('a plan is carried out', () => {
  test('step after step, then verified in two good looks', async () => {
    const world = sickWorld()
    const events = await all(apply(optionsFor(world)))
    expect(howEach(events)).toEqual(['keep: done', 'mend: done', 'restart: left-out', 'wait: done'])
    expect(end(events)).toMatchObject({
      outcome: 'mended',
      says: expect.stringContaining('traffic not tested'),
    })
    expect(events.filter(({ kind }) => kind === 'looked')).toHaveLength(2)
    expect(world.acts.map(({ hand }) => hand)).toEqual(['write-file', 'node-shell'])
  })

  test('a pod that waits out a back-off is made anew', async () => {
    const world = sickWorld()
    world.pods.n2 = { ready: false, restarts: 9, backOff: true, name: 'calico-node-2' }
    const events = await all(apply(optionsFor(world)))
    expect(howEach(events)).toContain('restart: done')
    expect(end(events).outcome).toBe('mended')
  })

  test('a second time, every step is done already', async () => {
    const world = sickWorld()
    await all(apply(optionsFor(world)))
    const acted = world.acts.length
    const events = await all(apply(optionsFor(world)))
    expect(howEach(events)).toEqual(['keep: already', 'mend: already', 'restart: left-out', 'wait: already'])
    expect(end(events).outcome).toBe('mended')
    expect(world.acts).toHaveLength(acted)
  })

  test('the journal has the intent before each act, and its end after', async () => {
    const entries: JournalEntry[] = []
    await all(apply(optionsFor(sickWorld(), entries)))
    expect(entries.map((entry) => ('step' in entry ? `${entry.kind} ${entry.step}` : entry.kind))).toEqual([
      'begin',
      'intent keep',
      'done keep',
      'intent mend',
      'done mend',
      'left-out restart',
      'done wait',
      'end',
    ])
  })

  test('an effect that nobody can see is told as not checked, and the verification decides', async () => {
    const world = sickWorld()
    const options = optionsFor(world)
    const blind: ApplyOptions['observe'] = async (nodes) => {
      const look = await options.observe(nodes)
      return { ...look, facts: withoutRelation(look.facts, 'tmpfilesEntries') }
    }
    const events = await all(apply({ ...options, observe: blind }))
    expect(events.find((event) => event.kind === 'step-ended' && event.step.id === 'keep')).toMatchObject({
      how: 'done',
      says: expect.stringContaining('not checked'),
    })
    expect(end(events).outcome).toBe('mended')
  })

  test('measured traffic takes part in the verdict', async () => {
    const options = { ...optionsFor(sickWorld()), pace: { verifyLooksMax: 3 } }
    const probe = async () => ({ holds: false, says: '0 of 3 requests got an answer' })
    expect(end(await all(apply({ ...options, probe })))).toMatchObject({
      outcome: 'failed',
      says: '0 of 3 requests got an answer',
    })
  })
})

describe('a plan that cannot be carried out ends, and says where', () => {
  test('an act that fails', async () => {
    const world = sickWorld({
      interfere: (act) => (act.hand === 'node-shell' ? 'exit 1 on n2: Read-only file system' : undefined),
    })
    const events = await all(apply(optionsFor(world)))
    expect(howEach(events)).toEqual(['keep: done', 'mend: failed'])
    expect(end(events)).toMatchObject({
      outcome: 'failed',
      says: expect.stringContaining('Read-only file system'),
    })
  })

  test('an act that says it worked and had no effect', async () => {
    const world = sickWorld()
    const hands = handsOn(world)
    const deaf = { ...hands, carryOut: async () => ok('done') }
    const events = await all(apply({ ...optionsFor(world), hands: deaf }))
    expect(howEach(events)).toEqual(['keep: failed'])
    expect(end(events).says).toContain('it still does not hold that')
  })

  test('calico-node that never becomes Ready', async () => {
    const events = await all(apply(optionsFor(sickWorld({ recovers: false }))))
    expect(howEach(events).at(-1)).toBe('wait: failed')
    expect(end(events).outcome).toBe('failed')
  })

  test('a pod that restarts again and again is not stable', async () => {
    const world = sickWorld()
    const options = optionsFor(world)
    const restarting: ApplyOptions['observe'] = async (nodes) => {
      const pod = world.pods.n2
      if (pod !== undefined) pod.restarts++
      return options.observe(nodes)
    }
    const events = await all(apply({ ...options, observe: restarting, pace: { verifyLooksMax: 4 } }))
    expect(events.filter(({ kind }) => kind === 'looked')).toHaveLength(4)
    expect(end(events).outcome).toBe('failed')
  })

  test('a rehearsal that is refused: nothing was done', async () => {
    const world = sickWorld()
    world.pods.n2 = { ready: false, restarts: 9, backOff: true, name: 'calico-node-2' }
    const hands = {
      ...handsOn(world),
      rehearse: async (act: { hand: string }) =>
        act.hand === 'delete-pod'
          ? failed({ kind: 'refused' as const, says: 'webhook "deny.example" denied the request' })
          : ok(''),
    }
    const events = await all(apply({ ...optionsFor(world), hands }))
    expect(howEach(events).at(-1)).toBe('restart: failed')
    expect(world.acts.some(({ hand }) => hand === 'delete-pod')).toBe(false)
  })
})

describe('a guard that refuses', () => {
  test('ends it before anything is done or journalled', async () => {
    const world = sickWorld()
    const entries: JournalEntry[] = []
    const events = await all(apply({ ...optionsFor(world, entries), goal: 'rca' }))
    expect(end(events)).toMatchObject({
      outcome: 'refused',
      says: expect.stringContaining('nothing was gathered'),
    })
    expect(world.acts).toEqual([])
    expect(entries).toEqual([])
  })

  test('the trouble that went away between two looks', async () => {
    const world = sickWorld()
    const options = optionsFor(world)
    world.folders.n2 = 0o755
    const events = await all(apply(options))
    expect(end(events)).toMatchObject({
      outcome: 'refused',
      says: expect.stringContaining('at the second of two looks'),
    })
  })

  test('somebody else’s lease', async () => {
    const released: string[] = []
    const lease = {
      acquire: async () => failed({ holder: 'ann@laptop', forMs: 90_000 }),
      release: async () => void released.push('released'),
    }
    const events = await all(apply({ ...optionsFor(sickWorld()), lease }))
    expect(end(events)).toMatchObject({ outcome: 'refused', says: expect.stringContaining('ann@laptop') })
    expect(released).toEqual([])
  })
})

describe('after a crash', () => {
  class Crash extends Error {}

  async function crashed(world: World, entries: JournalEntry[]): Promise<void> {
    await expect(all(apply(optionsFor(world, entries)))).rejects.toThrow(Crash)
    delete world.interfere
  }
  const goOn = (world: World, entries: JournalEntry[]) => {
    const { plan: _plan, first, ...rest } = optionsFor(world, entries)
    return all(resume({ ...rest, first: first.diagnosis }))
  }

  test('before the act took place, the step is done', async () => {
    const world = sickWorld({
      interfere: (act) => {
        if (act.hand === 'node-shell') throw new Crash()
        return undefined
      },
    })
    const entries: JournalEntry[] = []
    await crashed(world, entries)
    expect(stateOf(entries)).toMatchObject({ inDoubt: 'mend', over: false })
    const events = await goOn(world, entries)
    expect(howEach(events)).toEqual(['keep: already', 'mend: done', 'restart: left-out', 'wait: done'])
    expect(end(events).outcome).toBe('mended')
  })

  test('after the act took place and before it was journalled, the step is found done, and is still ours to undo', async () => {
    const world = sickWorld()
    const entries: JournalEntry[] = []
    const options = optionsFor(world, entries)
    const hands = handsOn(world)
    const crashing = {
      ...hands,
      carryOut: async (...args: Parameters<typeof hands.carryOut>) => {
        const done = await hands.carryOut(...args)
        if (args[0].hand === 'node-shell') throw new Crash()
        return done
      },
    }
    await expect(all(apply({ ...options, hands: crashing }))).rejects.toThrow(Crash)
    const events = await goOn(world, entries)
    expect(howEach(events).slice(0, 2)).toEqual(['keep: already', 'mend: already'])
    expect(stateOf(entries)?.ended.get('mend')).toBe('done')
    expect(stateOf(entries)?.ended.get('keep')).toBe('done')
  })

  test('another cluster’s repair is not resumed here', async () => {
    const world = sickWorld({
      interfere: () => {
        throw new Crash()
      },
    })
    const entries: JournalEntry[] = []
    await crashed(world, entries)
    world.clusterUid = 'uid-2'
    expect(end(await goOn(world, entries))).toMatchObject({
      outcome: 'refused',
      says: expect.stringContaining('uid-2'),
    })
  })

  test('a finished repair is not resumed', async () => {
    const world = sickWorld()
    const entries: JournalEntry[] = []
    await all(apply(optionsFor(world, entries)))
    await expect(goOn(world, entries)).rejects.toThrow('no unfinished repair')
  })

  test('an interruption leaves a journal to go on from', async () => {
    const world = sickWorld()
    const entries: JournalEntry[] = []
    const stop = new AbortController()
    world.interfere = () => {
      stop.abort(new DOMException('interrupted', 'AbortError'))
      return undefined
    }
    await expect(all(apply({ ...optionsFor(world, entries), signal: stop.signal }))).rejects.toMatchObject({
      name: 'AbortError',
    })
    delete world.interfere
    expect(end(await goOn(world, entries)).outcome).toBe('mended')
  })
})

describe('undo', () => {
  const undone = (world: World, entries: JournalEntry[]) =>
    all(undo({ journal: memoryJournal(entries), hands: handsOn(world), clock: clockOf(world) }))

  test('takes back what was done, last first, and brings the trouble back', async () => {
    const world = sickWorld()
    const entries: JournalEntry[] = []
    await all(apply(optionsFor(world, entries)))
    const events = await undone(world, entries)
    expect(howEach(events)).toEqual(['wait: left-out', 'mend: undone', 'keep: undone'])
    expect(end(events).outcome).toBe('undone')
    await clockOf(world).sleep(60_000)
    expect(diagnose(factsOf(world), [wrongMode]).causes).toHaveLength(1)
    expect(world.files.n2).toBe(false)
  })

  test('leaves alone what was there before', async () => {
    const world = sickWorld()
    world.files.n2 = true
    const entries: JournalEntry[] = []
    await all(apply(optionsFor(world, entries)))
    await undone(world, entries)
    expect(world.files.n2).toBe(true)
  })

  test('twice does nothing the second time', async () => {
    const world = sickWorld()
    const entries: JournalEntry[] = []
    await all(apply(optionsFor(world, entries)))
    await undone(world, entries)
    expect(howEach(await undone(world, entries)).filter((each) => each.endsWith('undone'))).toEqual([])
  })
})

describe('the journal’s text', () => {
  const entries: readonly JournalEntry[] = [
    { kind: 'begin', atMs: 1, version: 1, cluster: 'uid', plan },
    { kind: 'intent', atMs: 2, step: 'keep' },
  ]
  const text = entries.map(writeEntry).join('')

  test('is read as it was written', () => expect(readEntries(text)).toEqual(entries))
  test('a last line that was cut off had not begun', () => {
    for (let cut = 1; cut < writeEntry(entries[1] as JournalEntry).length; cut++)
      expect(readEntries(text.slice(0, -cut)).length).toBeGreaterThanOrEqual(1)
    expect(readEntries(text.slice(0, -10))).toEqual([entries[0]])
  })
  test('a broken line before the last is refused', () => {
    expect(() => readEntries(`${text.replace('"begin"', '"begun"')}`)).toThrow('line 1')
  })
  test('no beginning is no repair', () => expect(stateOf([])).toBeUndefined())
})
