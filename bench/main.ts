/**
 * `npm run bench`: the figures that people feel, measured as whole processes where people start processes. Prints a table
 * with the goal beside each figure; exits 1 when a goal is missed, or the bound of a figure that is known to miss its goal.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'rolldown'
import { type BigText, calicoNodeLog, giantLine, mixedPaste } from './big-texts.ts'
import { drillFigures } from './drills.ts'
import { type Figure, labFigures } from './lab.ts'

const root = join(import.meta.dirname, '..')
const program = join(root, 'bin/ninelives')
const state = mkdtempSync(join(tmpdir(), 'ninelives-bench-'))
const env = { ...process.env, XDG_STATE_HOME: state, XDG_CACHE_HOME: state, NO_COLOR: '1' }

const tellMemory =
  'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))'

const figures: Figure[] = []

try {
  timed('version', 150, () => cli('version'), { times: 5 })
  await inProcess()
  await bundled()
  timed('lab up to a usable kubeconfig', 1500, () =>
    cli('lab', 'up', '--detach', '--name', 'bench', '--flavour', 'hardened'),
  )
  timed('diagnose --lab', 1000, () => cli('diagnose', '--lab', 'bench'), { times: 3 })
  figures.push({ what: 'a served 5-node lab', value: servedMegabytes(), unit: 'MB', goal: 160 })
  cli('lab', 'down', '--name', 'bench')
  timed('npm start', 8000, () => cli('tour'))
  figures.push(...(await drillFigures()))
  figures.push(...labFigures())
  bigText('50 MB of a calico-node’s log', calicoNodeLog)
  bigText('50 MB of logs, YAML, tables and prose', mixedPaste)
  bigText('50 MB on one line', giantLine)
} finally {
  rmSync(state, { recursive: true, force: true })
}

console.log(`${'figure'.padEnd(52)} ${'measured'.padStart(14)} ${'goal'.padStart(12)}`)
for (const figure of figures) {
  const { what, value, unit, goal, givenUp = false } = figure
  const shown = `${givenUp ? '> ' : ''}${value.toFixed(value < 10 ? 2 : 0)} ${unit}`
  console.log(
    `${what.padEnd(52)} ${shown.padStart(14)} ${`≤ ${goal} ${unit}`.padStart(12)}   ${verdictOn(figure)}`.trimEnd(),
  )
}
process.exitCode = figures.every(isFine) ? 0 : 1

function verdictOn(figure: Figure): string {
  if (isMet(figure)) return ''
  const { bound, unit } = figure
  return `${isFine(figure) ? 'missed' : 'MISSED'}${bound === undefined ? '' : `, bound ${bound} ${unit}`}`
}

function isMet({ value, goal, givenUp = false }: Figure): boolean {
  return !givenUp && value <= goal
}

function isFine(figure: Figure): boolean {
  return isMet({ ...figure, goal: figure.bound ?? figure.goal })
}

/** The best of `times` runs: what the machine can do when nothing else runs. */
function timed(
  what: string,
  goal: number,
  run: () => void,
  { times = 1, bound }: { readonly times?: number; readonly bound?: number } = {},
): void {
  const each = Array.from({ length: times }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
  figures.push({
    what,
    value: Math.min(...each),
    unit: 'ms',
    goal,
    ...(bound === undefined ? {} : { bound }),
  })
}

function cli(...argv: string[]): void {
  try {
    execFileSync(process.execPath, [program, ...argv], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    // 1 and 3 are verdicts, not failures.
    const { status } = error as { status?: number }
    if (status !== 1 && status !== 3) throw error
  }
}

/** Pasted text that nobody would read: how long it takes to be read and diagnosed, and what the process takes at most. */
function bigText(what: string, make: BigText): void {
  const path = join(state, 'big.txt')
  writeFileSync(path, make(50 * 2 ** 20))
  const start = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', tellMemory, program, 'diagnose', '--text', path, '-o', 'json'],
    { env, encoding: 'utf8', maxBuffer: 2 ** 30 },
  )
  // 0, 1 and 3 are verdicts, not failures.
  if (status === null || status === 2) throw new Error(stderr)
  figures.push({ what, value: performance.now() - start, unit: 'ms', goal: 5000 })
  const kilobytes = Number(/peak (\d+)/.exec(stderr)?.[1] ?? Number.NaN)
  figures.push({ what: '… in memory', value: kilobytes / 1024, unit: 'MB', goal: 400 })
  rmSync(path)
}

async function inProcess(): Promise<void> {
  const { Lab } = await import('#lab/lab.ts')
  const runs: number[] = []
  for (let run = 0; run < 5; run++) {
    const start = performance.now()
    const lab = await Lab.boot({ seed: `bench-${run}`, flavour: 'plain' })
    runs.push(performance.now() - start)
    await lab.shutdown()
  }
  figures.push({
    what: '5 nodes in process, from nothing to all well',
    value: Math.min(...runs),
    unit: 'ms',
    goal: 100,
    bound: 350,
  })
}

/** What a user of the published package waits for: loading one bundled file as `bin/ninelives` does, booting, ending. */
async function bundled(): Promise<void> {
  const file = join(state, 'boot.cjs')
  await build({
    input: join(import.meta.dirname, 'boot.ts'),
    platform: 'node',
    external: ['@kubernetes/client-node'],
    output: { file, format: 'cjs', codeSplitting: false, minify: false },
    logLevel: 'silent',
  })
  const load = `require(${JSON.stringify(join(root, 'bin/bundle.js'))}).load(${JSON.stringify(file)})`
  timed(
    '5 nodes, a whole bundled process',
    400,
    () => void execFileSync(process.execPath, ['-e', load], { env }),
    {
      times: 5,
      bound: 800,
    },
  )
}

function servedMegabytes(): number {
  const record = JSON.parse(readFileSync(join(state, 'ninelives/labs/bench/lab.json'), 'utf8')) as {
    pid: number
  }
  const status = readFileSync(`/proc/${record.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}
