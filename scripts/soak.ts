/**
 * `npm run soak [SEEDS]`: the laws over many seeds (default 20). Takes minutes; its
 * figures go into notes.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const seeds = process.argv[2] ?? '20'
const started = performance.now()
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  ['run', 'tests/laws', '--testTimeout=600000'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, NINELIVES_SEEDS: seeds },
  },
)
console.log(
  `laws over ${seeds} seeds: ${status === 0 ? 'held' : 'broken'}, ${Math.round((performance.now() - started) / 1000)} s`,
)
process.exitCode = status ?? 1
