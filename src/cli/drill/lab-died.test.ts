import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backstage } from '#app/backstage.ts'
import { begunDrill, recordsFolder, recordsIn } from '#app/drill-records.ts'
import { inFreeHands } from '#cli/drill/in-free-hands.ts'
import { BegunKeeper, begunOf, keepOver } from '#cli/drill/keeping.ts'
import { onLab } from '#cli/drill/on-lab.ts'
import type { Player } from '#cli/drill/player.ts'
import type { Io } from '#cli/io.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import { modes } from '#failures/generated/detectors.ts'
import { faults } from '#failures/generated/faults.ts'
import { plainPalette } from '#report/types.ts'

const behind = backstage({ modes }, faults)
const screen = { palette: plainPalette, width: 80, edge: Number.POSITIVE_INFINITY }
const digest = 'of this text'

function small() {
  const read = readScenario(
    scaffoldOf({ id: 'small' })
      .replace('nodes: 5', 'nodes: 3')
      .replace('node: k8s-worker-03', 'node: k8s-worker-01')
      .replace('pagedAfter: 8m', 'pagedAfter: 1m')
      .replace(/^lasting:.*?(?=^---$)/ms, ''),
  )
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join('\n'))
  return read.value
}

const scenario = small()
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ninelives-died-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Heard {
  readonly io: Io
  readonly stdin: PassThrough
  readonly said: { stdout: string; stderr: string }
}

function heard(env: Readonly<Record<string, string>> = {}): Heard {
  const said = { stdout: '', stderr: '' }
  const stdin = new PassThrough()
  const out = (stream: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[stream] += text
    },
  })
  const io: Io = {
    stdin,
    stdout: out('stdout'),
    stderr: out('stderr'),
    env: { XDG_DATA_HOME: folder, XDG_STATE_HOME: folder, NINELIVES_PLAYER: 'ada', ...env },
    cwd: folder,
    signal: new AbortController().signal,
  }
  return { io, stdin, said }
}

/** Chooses these letters, and then does and closes what is left. */
function playerOf(letters: readonly string[]): Player {
  const left = [...letters]
  return {
    begin: async () => {},
    close: () => {},
    move: async (scene) =>
      scene.kind === 'choice'
        ? { move: 'choose', letter: left.shift() ?? 'B', thoughtMs: 1000 }
        : { move: 'close', thoughtMs: 0 },
  }
}

const options = { name: 'small', seed: 'drill', pace: 1, output: 'text', version: '1.0.0' } as const

describe('a lab that dies in the middle of a game', () => {
  test('in rounds: says so once, keeps what was decided, and the game goes on from there', async () => {
    const { io } = heard()
    let asked = 0
    const dying: Backstage = {
      ...behind,
      kubectl: (...args) => {
        asked += 1
        // The first scene, the first move, and then the second scene.
        if (asked > 2) throw new TypeError('a component crashed')
        return behind.kubectl(...args)
      },
    }
    const on = { kind: 'scenario', scenario, digest, o: options, io, out: io.stdout, screen } as const
    await expect(onLab({ ...on, behind: dying, player: playerOf(['A']) })).rejects.toMatchObject({
      code: 'lab-died',
      message: 'the lab of this drill died: a component crashed',
      hint: expect.stringMatching(/the decision before that is kept; .*drill play small --resume/),
    })
    const { begun } = begunDrill({ drill: 'small', form: 'rounds', digest }, recordsFolder(io.env))
    expect(begun.moves).toEqual([{ move: 'choose', letter: 'A', thoughtMs: 1000 }])

    const o = { ...options, resume: true }
    const dead: Backstage = { ...behind, kubectl: () => Promise.reject(new TypeError('dead at once')) }
    await expect(onLab({ ...on, o, behind: dead, player: playerOf(['B']) })).rejects.toMatchObject({
      hint: expect.stringMatching(
        /^it died while the game was brought back .*: begin anew, without --resume\./,
      ),
    })

    const again = heard()
    expect(
      await onLab({ ...on, o, io: again.io, out: again.io.stdout, behind, player: playerOf(['B']) }),
    ).toBe(0)
    expect(again.said.stdout).toContain('of 100')
    const { kept } = recordsIn(recordsFolder(io.env))
    expect(kept[0]?.record.moves.map((each) => each.move)).toEqual(['choose', 'choose', 'close'])
    expect(kept[0]?.record.outcome?.rounds).toMatchObject([{ round: 1, wrong: ['A'] }])
    expect(() => begunDrill({ drill: 'small', form: 'rounds', digest }, recordsFolder(io.env))).toThrow(
      'no game of small',
    )
  }, 60_000)

  test('with free hands: the served lab ends, the game is kept, and the lab’s name is free again', async () => {
    const { io, stdin } = heard()
    const dying: Backstage = {
      ...behind,
      kubectl: async () => {
        throw new TypeError('a component crashed')
      },
    }
    const bare = { ...scenario, evidence: [] } // nothing is asked before the page
    const on = { kind: 'scenario', scenario: bare, digest, o: options, io, out: io.stdout, screen } as const
    const played = inFreeHands({ ...on, behind: dying })
    stdin.write('kubectl get nodes\n')
    await expect(played).rejects.toMatchObject({
      code: 'lab-died',
      hint: expect.stringContaining('drill play small --hands-on --resume'),
    })
    const { begun, history } = begunDrill({ drill: 'small', form: 'hands-on', digest }, recordsFolder(io.env))
    expect([begun.handsOn?.noted.hints, history?.options.nodes]).toEqual([0, 3])
  }, 60_000)
})

describe('a disk on which nothing can be written', () => {
  const begun = begunOf(scenario, { digest, seed: 'drill', moves: [] })

  test('is said once while a game is played, and the game goes on', () => {
    writeFileSync(join(folder, 'full'), '')
    const { io, said } = heard({ XDG_DATA_HOME: join(folder, 'full') })
    const keeper = new BegunKeeper(io)
    keeper.keep({ begun })
    keeper.keep({ begun })
    expect(said.stderr.match(/warning: this game is not kept/g)).toHaveLength(1)
  })

  test('is said at the end, with how the record can still be had', () => {
    writeFileSync(join(folder, 'full'), '')
    const { io } = heard({ XDG_DATA_HOME: join(folder, 'full') })
    const outcome = { closedAfterMs: 0, requests: 0, lost: 0, hints: 0, rounds: [], evidence: [] }
    const over = { begun, version: '1.0.0', score: { points: 1, parts: [] }, outcome }
    expect(() => keepOver(over, { io, keeper: { keeps: true } })).toThrow(
      expect.objectContaining({
        code: 'not-kept',
        message: expect.stringContaining('its report is above, but not in the history'),
        hint: expect.stringContaining('drill play small --resume'),
      }),
    )
    expect(() => keepOver(over, { io, keeper: { keeps: false } })).toThrow(
      expect.objectContaining({ hint: expect.not.stringContaining('--resume') }),
    )
  })
})
