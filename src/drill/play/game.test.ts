import { beforeEach, describe, expect, test } from 'vitest'
import { Game, type GameStage } from '#drill/play/game.ts'
import type { Move } from '#drill/play/types.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'
import type { Step } from '#drill/scenario/types.ts'

/** A stage that notes what is done on it; expectations hold unless said. */
class NotingStage implements GameStage {
  readonly scenario: GameStage['scenario']
  readonly notes: string[] = []
  holds = true

  constructor(text: string) {
    const read = readScenario(text)
    if (!read.ok) throw new Error(read.error.map(({ message }) => message).join())
    this.scenario = read.value
  }

  advance = async (ms: number) => void this.notes.push(`${ms / 1000} s pass`)

  carryOut = async (steps: readonly Step[]) =>
    steps.map((step) => {
      this.notes.push(step.text)
      const code = step.act === 'expect' && !this.holds ? 1 : 0
      return { step, typed: step.text, atMs: 0, endMs: 0, output: '', code }
    })
}

const choose = (letter: string, thoughtMs = 0): Move => ({ move: 'choose', letter, thoughtMs })

describe('a game', () => {
  let stage: NotingStage
  let game: Game
  beforeEach(() => {
    stage = new NotingStage(scaffoldOf({ id: 'x' }))
    game = new Game(stage, { seed: '1' })
  })

  test('looks at the lab once a scene', async () => {
    await game.scene()
    await game.scene()
    expect(stage.notes).toEqual(['$ kubectl get nodes'])
  })

  test('lets time pass for thinking and for what a choice takes, then does it', async () => {
    await game.play(choose('A', 30_000))
    expect(stage.notes).toEqual(['150 s pass', expect.stringMatching(/^\$ kubectl -n kube-system get pods/)])
  })

  test('goes on behind what is right, and stays without the choice behind what is not', async () => {
    expect((await game.play(choose('A'))).leads).toBe('again')
    const scene = await game.scene()
    expect(scene.kind === 'choice' && scene.choices.map(({ letter }) => letter).sort()).toEqual([
      'B',
      'C',
      'D',
    ])
    expect((await game.play(choose('B'))).leads).toBe('on')
    expect((await game.scene()).kind).toBe('checklist')
  })

  test('refuses what is not offered, and what was tried', async () => {
    await game.play(choose('A'))
    await expect(game.play(choose('A'))).rejects.toThrow('round 1 does not offer A again')
    await expect(game.play(choose('Z'))).rejects.toThrow('round 1 does not offer Z')
  })

  test('ticks an action off only when what it expects holds', async () => {
    await game.play(choose('B'))
    stage.holds = false
    const turn = await game.play({ move: 'act', number: 1, thoughtMs: 0 })
    expect([turn.leads, turn.unlike.length]).toEqual(['again', 1])
    stage.holds = true
    expect((await game.play({ move: 'act', number: 1, thoughtMs: 0 })).leads).toBe('over')
    expect((await game.scene()).kind).toBe('over')
  })

  test('is over when somebody closes the incident', async () => {
    await game.play(choose('B'))
    expect((await game.play({ move: 'close', thoughtMs: 0 })).leads).toBe('over')
    await expect(game.play({ move: 'close', thoughtMs: 0 })).rejects.toThrow('the drill is over')
  })

  test('shuffles by its seed, alike each time', async () => {
    const order = async (seed: string): Promise<string> => {
      const scene = await new Game(stage, { seed }).scene()
      return scene.kind === 'choice' ? scene.choices.map(({ letter }) => letter).join('') : ''
    }
    expect(await order('7')).toBe(await order('7'))
    expect(new Set(await Promise.all([...'12345678'].map(order))).size).toBeGreaterThan(3)
  })
})
