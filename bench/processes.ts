/** Commands as people start them: whole processes, with folders of their own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'rolldown'
import { type BigText, calicoNodeLog, giantLine, mixedPaste } from './big-texts.ts'
import type { Figure, Part, Tell } from './figure.ts'

const root = join(import.meta.dirname, '..')
const program = join(root, 'bin/ninelives')

const tellMemory =
  'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))'

/** @param state a folder that may be written to */
export function processParts(state: string): readonly Part[] {
  const env = { ...process.env, XDG_STATE_HOME: state, XDG_CACHE_HOME: state, NO_COLOR: '1' }
  const cli = (...argv: string[]): void => {
    try {
      execFileSync(process.execPath, [program, ...argv], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    } catch (error) {
      // 1 and 3 are verdicts, not failures.
      const { status } = error as { status?: number }
      if (status !== 1 && status !== 3) throw error
    }
  }
  return [
    {
      name: 'version',
      measures: 'ninelives version',
      run: (tell) => tell({ what: 'version', ...best(5, () => cli('version')), goal: 150 }),
    },
    { name: 'boot', measures: 'a lab of five nodes in a process', run: inProcess },
    {
      name: 'bundle',
      measures: 'the same as the published package does it',
      run: (tell) => bundled(tell, { state, env }),
    },
    {
      name: 'served',
      measures: 'lab up, diagnose --lab, and the memory of a served lab',
      run: (tell) => {
        tell({
          what: 'lab up to a usable kubeconfig',
          ...best(1, () => cli('lab', 'up', '--detach', '--name', 'bench', '--flavour', 'hardened')),
          goal: 1500,
        })
        tell({ what: 'diagnose --lab', ...best(3, () => cli('diagnose', '--lab', 'bench')), goal: 1000 })
        tell({ what: 'a served 5-node lab', value: servedMegabytes(state), unit: 'MB', goal: 160 })
        cli('lab', 'down', '--name', 'bench')
      },
    },
    {
      name: 'start',
      measures: 'npm start',
      run: (tell) => tell({ what: 'npm start', ...best(1, () => cli('tour')), goal: 8000 }),
    },
    {
      name: 'texts',
      measures: 'diagnoses of 50 MB of text',
      run: (tell) => {
        bigText('50 MB of a calico-node’s log', calicoNodeLog, { state, env, tell })
        bigText('50 MB of logs, YAML, tables and prose', mixedPaste, { state, env, tell })
        bigText('50 MB on one line', giantLine, { state, env, tell })
      },
    },
  ]
}

/** The best of `times` runs: what the machine can do when nothing else runs. */
function best(times: number, run: () => void): Pick<Figure, 'value' | 'unit'> {
  const each = Array.from({ length: times }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  })
  return { value: Math.min(...each), unit: 'ms' }
}

async function inProcess(tell: Tell): Promise<void> {
  const { Lab } = await import('#lab/lab.ts')
  const runs: number[] = []
  for (let run = 0; run < 5; run++) {
    const start = performance.now()
    const lab = await Lab.boot({ seed: `bench-${run}`, flavour: 'plain' })
    runs.push(performance.now() - start)
    await lab.shutdown()
  }
  tell({
    what: '5 nodes in process, from nothing to all well',
    value: Math.min(...runs),
    unit: 'ms',
    goal: 100,
    bound: 350,
  })
}

interface Place {
  readonly state: string
  readonly env: NodeJS.ProcessEnv
}

/** What a user of the published package waits for: loading one bundled file as `bin/ninelives` does, booting, ending. */
async function bundled(tell: Tell, { state, env }: Place): Promise<void> {
  const file = join(state, 'boot.cjs')
  await build({
    input: join(import.meta.dirname, 'boot.ts'),
    platform: 'node',
    external: ['@kubernetes/client-node'],
    output: { file, format: 'cjs', codeSplitting: false, minify: false },
    logLevel: 'silent',
  })
  const load = `require(${JSON.stringify(join(root, 'bin/bundle.js'))}).load(${JSON.stringify(file)})`
  tell({
    what: '5 nodes, a whole bundled process',
    ...best(5, () => void execFileSync(process.execPath, ['-e', load], { env })),
    goal: 400,
    bound: 800,
  })
}

/** Pasted text that nobody would read: how long it takes to be read and diagnosed, and what the process takes at most. */
function bigText(what: string, make: BigText, { state, env, tell }: Place & { readonly tell: Tell }): void {
  const path = join(state, 'big.txt')
  writeFileSync(path, make(50 * 2 ** 20))
  const start = performance.now()
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', tellMemory, program, 'diagnose', '--text', path, '-o', 'json'],
    { env, encoding: 'utf8', maxBuffer: 2 ** 30 },
  )
  const value = performance.now() - start
  rmSync(path)
  // 0, 1 and 3 are verdicts, not failures.
  if (status === null || status === 2) throw new Error(stderr)
  tell({ what, value, unit: 'ms', goal: 5000 })
  const kilobytes = Number(/peak (\d+)/.exec(stderr)?.[1] ?? Number.NaN)
  tell({ what: '… in memory', value: kilobytes / 1024, unit: 'MB', goal: 400 })
}

function servedMegabytes(state: string): number {
  const record = JSON.parse(readFileSync(join(state, 'ninelives/labs/bench/lab.json'), 'utf8')) as {
    pid: number
  }
  const status = readFileSync(`/proc/${record.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}
