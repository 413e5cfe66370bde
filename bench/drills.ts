/** The figures of drills: all of them in test form on two processors, and how soon a grade follows the last act. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { scenarioIds } from '#app/scenarios.ts'
import type { Grade } from './drill-games.ts'
import type { Part, Tell } from './figure.ts'

const processes = 2

/** Plays every drill three times: as recommended, the worst way that is known, and by chance. */
export const drills: Part = {
  name: 'drills',
  measures: 'all drills played three times',
  run: async (tell: Tell) => {
    const start = performance.now()
    const left = [...scenarioIds()]
    const played = await Promise.all(Array.from({ length: processes }, () => playedBy(left)))
    const grades = played.flat()
    tell({
      what: 'all drills: best, worst and a random path',
      value: performance.now() - start,
      unit: 'ms',
      goal: 90_000,
    })
    tell({
      what: '… the grade after the last act, in the middle',
      value: middle(grades.map(({ gradeMs }) => gradeMs)),
      unit: 'ms',
      goal: 100,
    })
    tell({
      what: '… and then what comes after is tried, in the middle',
      value: middle(grades.map(({ afterMs }) => afterMs)),
      unit: 'ms',
      goal: 1000,
    })
  },
}

/** One process that takes from what is left; answers how long its grades took. */
function playedBy(left: string[]): Promise<readonly Grade[]> {
  const child = fork(join(import.meta.dirname, 'drill-games.ts'))
  const grades: Grade[] = []
  const next = (): void => {
    const id = left.pop()
    if (id === undefined) child.disconnect()
    else child.send(id)
  }
  child.on('message', (took) => {
    grades.push(...(took as readonly Grade[])) // sent by drill-games.ts
    next()
  })
  next()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve(grades) : reject(new Error(`drill-games.ts ended with ${code}`)),
    )
  })
}

const middle = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
