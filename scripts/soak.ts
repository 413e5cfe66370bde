/**
 * `npm run soak [SEEDS]`: the laws and the drills over many seeds (default 20). Takes hours; its
 * figures go into notes.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const seeds = process.argv[2] ?? '20'
const started = performance.now()
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', 'tests/laws', 'tests/drills', '--testTimeout=600000'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NINELIVES_SEEDS: seeds },
  },
)
console.log(
  `laws and drills over ${seeds} seeds: ${status === 0 ? 'held' : 'broken'}, ${Math.round((performance.now() - started) / 1000)} s`,
)
process.exitCode = status ?? 1
