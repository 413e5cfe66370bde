/** Figures as a real kubectl beside a lab counts them: the time at which its watch has told of everything that was awaited. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { serveApi } from '#lab/api/http.ts'
import type { Lab } from '#lab/lab.ts'

/** One line of `kubectl get --watch --output-watch-events`. */
export interface Told {
  readonly event: string
  readonly name: string
  /** Of a pod its readiness, of a node its status. */
  readonly second: string
  readonly status: string
}

export interface KubectlWatch {
  /** Resolves when so many different names were told of in lines that `isAwaited`; rejects when kubectl ends before. */
  until(count: number, isAwaited: (told: Told) => boolean): Promise<void>
  close(): Promise<void>
}

/** A kubectl that watches `nodes` or `pods` of a lab, which goes on as fast as it can while somebody waits for it. */
export async function kubectlWatch(lab: Lab, resource: 'nodes' | 'pods'): Promise<KubectlWatch> {
  const driver = {
    until: (done: () => boolean) => lab.until(done),
    hurry: (done: () => boolean) => lab.until(done),
    advance: (ms: number) => lab.advance(ms),
  }
  const served = await serveApi(lab.api, { driver })
  const home = mkdtempSync(join(tmpdir(), 'ninelives-bench-'))
  const argv = ['--server', served.url, 'get', resource, '--watch', '--output-watch-events', '--no-headers']
  const child = spawn('kubectl', argv, {
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let listener: ((told: Told) => void) | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [event = '', name = '', second = '', status = ''] = line.split(/\s+/)
    listener?.({ event, name, second, status })
  })
  return {
    until: (count, isAwaited) =>
      new Promise((resolve, reject) => {
        const seen = new Set<string>()
        child.once('exit', (code) => reject(new Error(`kubectl: ${code}`)))
        listener = (told) => {
          if (isAwaited(told) && seen.add(told.name).size >= count) resolve()
        }
      }),
    close: async () => {
      child.removeAllListeners('exit').kill()
      await served.close()
      rmSync(home, { recursive: true })
    },
  }
}
