// biome-ignore-all lint/suspicious/noTemplateCurlyInString: unit files expand such names
import { describe, expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import type { Program, Tree } from '#lab/host/ports.ts'
import { parseUnitFile, splitWords, timeSpanMs, valuesOf } from '#lab/host/systemd/unit-file.ts'
import { testMachine } from '#lab/host/testing.ts'

const programs: Readonly<Record<string, Program>> = {
  ...hostPrograms,
  steady: async (p) => {
    p.stdout.write(`steady as ${p.credentials.euid} ${p.argv.slice(1).join(',')} ${p.env.MODE ?? ''}\n`)
    await p.task.wait<void>(() => undefined)
    return 0
  },
  failing: async (p) => {
    await p.sleep(1_000)
    return 3
  },
  deaf: async (p) => {
    p.onSignal('SIGTERM', () => {})
    await p.task.wait<void>(() => undefined)
    return 0
  },
}

const executables: Tree = ['steady', 'failing', 'deaf'].map((name) => ({
  path: `/usr/bin/${name}`,
  kind: 'file',
  program: name,
}))

const unit = (name: string, text: string): Tree => [
  {
    path: `/lib/systemd/system/${name}.service`,
    kind: 'file',
    text: `[Unit]\nDescription=The ${name}\n${text}`,
  },
]

const booted = (files: Tree) =>
  testMachine({ tree: [...baseOs({ hostname: 'k8s-worker-01' }), ...executables, ...files], programs })

/** What the journal says of a unit, without stamps. */
const journal = async (
  sh: (script: string) => Promise<{ stdout: string }>,
  name: string,
): Promise<string[]> =>
  (await sh(`journalctl -u ${name}`)).stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^.*? k8s-worker-01 /, '').replace(/\[\d+\]/, ''))

describe('unit files', () => {
  test('sections, continued lines, comments, emptied lists', () => {
    const settings = parseUnitFile(
      '[Service]\n# no\nExecStart=a \\\n  b\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2\n',
    )
    expect(valuesOf(settings, 'Service', 'ExecStart')).toEqual(['a    b'])
    expect(valuesOf(settings, 'Service', 'Environment')).toEqual(['B=2'])
  })

  test.each([
    ['a "b c" \'d e\' f\\ g', ['a', 'b c', 'd e', 'f g']],
    ['"A=1 2" B=""', ['A=1 2', 'B=']],
    ['  ', []],
  ])('words of %j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })

  test.each([
    ['90', 90_000],
    ['1min 30s', 90_000],
    ['100ms', 100],
    ['2h', 7_200_000],
    ['infinity', Number.POSITIVE_INFINITY],
    ['soon', undefined],
    ['', undefined],
  ])('span %j is %s ms', (text, ms) => {
    expect(timeSpanMs(text)).toBe(ms)
  })
})

describe('systemctl', () => {
  test('starts what is enabled, in order, as whom the unit says', async () => {
    const { sh } = await booted([
      ...unit(
        'late',
        'After=early.service\n[Service]\nExecStart=steady $OPTS ${ONE}\nEnvironment="OPTS=a b" ONE=1\nUser=nobody\n[Install]\nWantedBy=multi-user.target\n',
      ),
      ...unit(
        'early',
        '[Service]\nType=oneshot\nExecStart=sleep 0.5\n[Install]\nWantedBy=multi-user.target\n',
      ),
      ...['late', 'early'].map((name) => ({
        path: `/etc/systemd/system/multi-user.target.wants/${name}.service`,
        kind: 'symlink' as const,
        target: `/lib/systemd/system/${name}.service`,
      })),
      {
        path: '/etc/systemd/system/late.service.d/10-mode.conf',
        kind: 'file',
        text: '[Service]\nEnvironment=MODE=drop-in\n',
      },
    ])
    expect(await journal(sh, 'late')).toEqual([
      'systemd: Started The late.',
      'steady: steady as 65534 a,b,1 drop-in',
    ])
    expect(await journal(sh, 'early')).toEqual([
      'systemd: Starting The early...',
      'systemd: early.service: Deactivated successfully.',
      'systemd: Finished The early.',
    ])
    expect((await sh('systemctl is-active late early; systemctl is-enabled late')).stdout).toBe(
      'active\ninactive\nenabled\n',
    )
  })

  test('restarts what fails, and gives up when it fails too often', async () => {
    const { sh, advance } = await booted(
      unit('f', '[Service]\nExecStart=failing\nRestart=on-failure\nRestartSec=1\n'),
    )
    await sh('systemctl start f')
    await advance(1_500)
    expect((await sh('systemctl is-active f; systemctl status f | head -n 3')).stdout).toMatch(
      /^activating\n● f.service|^activating\n○ f.service - The f\n.*\n {5}Active: activating \(auto-restart\) \(Result: exit-code\) since Wed 2026-01-07 06:00:02 UTC; 0s ago\n$/,
    )
    await advance(60_000)
    const lines = await journal(sh, 'f')
    expect(lines.slice(0, 5)).toEqual([
      'systemd: Started The f.',
      'systemd: f.service: Main process exited, code=exited, status=3/n/a',
      "systemd: f.service: Failed with result 'exit-code'.",
      'systemd: f.service: Scheduled restart job, restart counter is at 1.',
      'systemd: Stopped The f.',
    ])
    // Every 2 s: five starts in ten seconds are allowed, and no more.
    expect(lines.slice(-3)).not.toContain('systemd: f.service: Start request repeated too quickly.')
    const quick = await booted(unit('f', '[Service]\nExecStart=false\nRestart=always\n'))
    await quick.sh('systemctl start f')
    await quick.advance(5_000)
    expect((await journal(quick.sh, 'f')).slice(-3)).toEqual([
      'systemd: f.service: Start request repeated too quickly.',
      "systemd: f.service: Failed with result 'exit-code'.",
      'systemd: Failed to start The f.',
    ])
    expect((await quick.sh('systemctl is-failed f')).stdout).toBe('failed\n')
  })

  test('stop: SIGTERM, and SIGKILL after the time-out', async () => {
    const { sh, kernel } = await booted([
      ...unit('s', '[Service]\nExecStart=steady\nRestart=always\n'),
      ...unit('d', '[Service]\nExecStart=deaf\nTimeoutStopSec=5\n'),
    ])
    await sh('systemctl start s d')
    const startMs = kernel.nowMs
    await sh('systemctl stop s')
    expect(kernel.nowMs).toBe(startMs)
    await sh('systemctl stop d')
    expect(kernel.nowMs - startMs).toBe(5_000)
    expect((await journal(sh, 's')).slice(1)).toEqual([
      'steady: steady as 0  ',
      'systemd: Stopping The s...',
      'systemd: s.service: Deactivated successfully.',
      'systemd: Stopped The s.',
    ])
    expect((await journal(sh, 'd')).slice(2)).toEqual([
      "systemd: d.service: State 'stop-sigterm' timed out. Killing.",
      expect.stringMatching(/^systemd: d.service: Killing process \d+ \(deaf\) with signal SIGKILL\.$/),
      'systemd: d.service: Main process exited, code=killed, status=9/KILL',
      "systemd: d.service: Failed with result 'timeout'.",
      'systemd: Stopped The d.',
    ])
  })

  test.each([
    [
      'ExecStart=/nowhere',
      'status=203/EXEC',
      'Failed to locate executable /nowhere: No such file or directory',
    ],
    [
      'ExecStart=steady\nUser=calico',
      'status=217/USER',
      'Failed to determine user credentials: No such process',
    ],
  ])('%s gives %s', async (service, status, message) => {
    const { sh } = await booted(unit('x', `[Service]\n${service}\n`))
    await sh('systemctl start x')
    const lines = await journal(sh, 'x')
    expect(lines).toContain(`systemd: x.service: ${message}`)
    expect(lines).toContain(`systemd: x.service: Main process exited, code=exited, ${status}`)
  })

  test('what is not there', async () => {
    const { sh } = await booted([])
    expect(await sh('systemctl start nothing')).toEqual({
      stdout: '',
      stderr: 'Failed to start nothing.service: Unit nothing.service not found.\n',
      code: 5,
    })
    expect(await sh('systemctl status nothing')).toMatchObject({
      stderr: 'Unit nothing.service could not be found.\n',
      code: 4,
    })
  })

  test('enable, disable, daemon-reload', async () => {
    const { sh } = await booted(
      unit('s', '[Service]\nExecStart=steady one\n[Install]\nWantedBy=multi-user.target\n'),
    )
    expect((await sh('systemctl enable --now s')).stderr).toBe(
      'Created symlink /etc/systemd/system/multi-user.target.wants/s.service → /lib/systemd/system/s.service.\n',
    )
    await sh('sed -i s/one/two/ /lib/systemd/system/s.service; systemctl restart s')
    expect((await journal(sh, 's')).at(-1)).toBe('steady: steady as 0 one')
    await sh('systemctl daemon-reload; systemctl restart s')
    expect((await journal(sh, 's')).at(-1)).toBe('steady: steady as 0 two')
    expect((await sh('systemctl disable s; systemctl is-enabled s')).stdout).toBe('disabled\n')
  })

  test('RuntimeMaxSec and timers', async () => {
    const { sh, advance } = await booted([
      ...unit('r', '[Service]\nExecStart=steady\nRuntimeMaxSec=3\n'),
      ...unit('t', '[Service]\nType=oneshot\nExecStart=touch /tmp/ran\n'),
      {
        path: '/lib/systemd/system/t.timer',
        kind: 'file',
        text: '[Timer]\nOnBootSec=5\nOnUnitActiveSec=10\n',
      },
    ])
    await sh('systemctl start r t.timer')
    await advance(3_500)
    expect((await sh('systemctl is-active r; ls /tmp/ran')).stdout).toBe('failed\n')
    await advance(2_000)
    expect((await sh('ls /tmp/ran; rm /tmp/ran')).stdout).toBe('/tmp/ran\n')
    await advance(10_000)
    expect((await sh('ls /tmp/ran')).stdout).toBe('/tmp/ran\n')
  })

  test('the journal keeps boots apart', async () => {
    const { machine, sh, advance } = await booted([])
    await sh('logger -t test first')
    machine.reboot()
    await advance(120_000)
    await sh('logger -t test second')
    expect(
      (
        await sh(
          'journalctl -b -o cat | grep -c first; journalctl -b -1 -o cat | grep first; journalctl -k -n 1',
        )
      ).stdout,
    ).toBe('0\nfirst\nJan 07 06:00:21 k8s-worker-01 kernel: Run /sbin/init as init process\n')
    expect((await sh('journalctl -u session.scope --since "-1min" -o cat')).stdout).toBe('second\n')
    for (const since of ['1 hour ago', '2 days ago', 'yesterday', '@1'])
      expect((await sh(`journalctl --since "${since}" -o cat`)).stdout).toContain('second\n')
    expect((await sh('journalctl --until "2 weeks ago"')).stdout).toBe('-- No entries --\n')
  })
})

describe('systemctl and journalctl beyond the everyday', () => {
  const unit = (lines: string) =>
    `[Unit]\nDescription=A thing\n[Service]\n${lines}\n[Install]\nWantedBy=multi-user.target\n`
  const bed = () =>
    testMachine({
      tree: [
        ...baseOs({ hostname: 'k8s-worker-01' }),
        {
          path: '/etc/unit/thing.service',
          kind: 'file',
          text: unit('ExecStart=/bin/sleep 1000\nExecReload=/bin/echo again $MAINPID'),
        },
        { path: '/usr/lib/systemd/system/thing.service', kind: 'symlink', target: '/etc/unit/thing.service' },
      ],
      programs: hostPrograms,
    })

  test.each([
    [
      'a masked unit does not start',
      'systemctl mask -q thing; systemctl start thing',
      'Failed to start thing.service: Unit thing.service is masked.\n',
    ],
    [
      'and does once it is unmasked',
      'systemctl mask thing; systemctl unmask thing; systemctl start thing; systemctl is-active thing',
      'active\n',
    ],
    [
      'what has no ExecReload cannot be reloaded',
      'systemctl reload systemd-timesyncd',
      'Failed to reload systemd-timesyncd.service: Job type reload is not applicable for unit systemd-timesyncd.service.\n',
    ],
    [
      'a unit that was reloaded has the main process that it had',
      'systemctl start thing; a=$(systemctl show -p MainPID thing); systemctl reload thing; b=$(systemctl show -p MainPID thing); [ "$a" = "$b" ] && echo same || echo "$a $b"',
      'same\n',
    ],
    [
      'a unit that is down is not restarted by try-restart',
      'systemctl try-restart thing; systemctl is-active thing',
      'inactive\n',
    ],
    [
      'kill reaches the main process',
      'systemctl start thing; systemctl kill thing; sleep 1; systemctl is-active thing',
      'inactive\n',
    ],
    [
      'show answers single properties',
      'systemctl show -p LoadState,ActiveState thing',
      'LoadState=loaded\nActiveState=inactive\n',
    ],
    [
      'one failed unit degrades the system',
      'systemctl start thing; pkill -9 sleep; sleep 1; systemctl is-system-running',
      'degraded\n',
    ],
    [
      'only lines of that severity',
      "logger 'E0107 06:00:00 bad'; logger fine; journalctl -p err -o cat -t root",
      'E0107 06:00:00 bad\n',
    ],
    [
      'lines that match, newest first',
      'logger a1; logger b; logger a2; journalctl -r -g ^a -o cat',
      'a2\na1\n',
    ],
  ])('%s', async (_, script, says) => {
    const { run } = await bed()
    const { stdout, stderr } = await run(['bash', '-c', script])
    expect(stdout + stderr).toContain(says)
  })
})
