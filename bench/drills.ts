/** The figures of drills: all of them in test form on two processors, and how soon a grade follows the last act. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Figure } from './lab.ts'

const processes = 2

/** Plays every drill three times: as recommended, the worst way that is known, and by chance. */
export async function drillFigures(): Promise<readonly Figure[]> {
  const start = performance.now()
  const grades = await Promise.all(Array.from({ length: processes }, (_, part) => played(part)))
  return [
    {
      what: 'all drills: best, worst and a random path',
      value: performance.now() - start,
      unit: 'ms',
      goal: 90_000,
    },
    { what: '… the grade after the last act, at most', value: Math.max(...grades), unit: 'ms', goal: 100 },
  ]
}

/** Plays one process's share; answers the longest time that a grade took, in ms. */
function played(part: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'drill-games.ts'), `${part}`, `${processes}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve(Number(said)) : reject(new Error(`drill-games.ts ended with ${code}`)),
    )
  })
}
