import { describe, expect, test } from 'vitest'
import { root } from '#lab/host/credentials.ts'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { signalForeground, TerminalInput } from '#lab/host/process/terminal.ts'
import { testMachine } from '#lab/host/testing.ts'

/** A bash at a terminal: types lines or keys, and answers what came on the screen since. */
async function terminal() {
  const bed = await testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms })
  const input = new TerminalInput()
  const screen = new Collector()
  const child = await bed.machine.start(['bash'], {
    as: root,
    env: { HOME: '/root', PATH: '/usr/bin:/bin', PS1: '\\u:\\w\\$ ' },
    cwd: '/root',
    stdin: input,
    stdout: screen,
    stderr: screen,
  })
  await bed.advance(1_000)
  const leader = bed.machine.running.system.pids.table.get(child.pid)
  const press = {
    'Ctrl-C': () => leader && signalForeground(leader, 'SIGINT'),
    'Ctrl-D': () => input.endOfFile(),
  }
  return {
    child,
    async type(line: string | { readonly key: keyof typeof press }) {
      screen.text = ''
      if (typeof line === 'string') input.type(`${line}\n`)
      else press[line.key]()
      await bed.advance(1_000)
      return screen.text
    },
  }
}

describe('bash at a terminal', () => {
  test('prompts with folder and user, keeps what cd and variables changed, and asks on for what is not finished', async () => {
    const { type } = await terminal()
    expect(await type('cd /etc; X=1')).toContain('root:/etc# ')
    expect(await type('for i in 1 2; do')).toBe('> ')
    expect(await type('echo $X$i; done')).toBe('11\n12\nroot:/etc# ')
  })

  test('a here-document and a line that goes on are waited for to their end', async () => {
    const { type } = await terminal()
    expect(await type('cat <<E')).toContain('> ')
    expect(await type('a')).toBe('> ')
    expect(await type('E')).toBe('a\nroot:~# ')
    expect(await type('echo a \\')).toBe('> ')
    expect(await type('b')).toBe('a b\nroot:~# ')
  })

  test.each([
    ['a command that sleeps', 'sleep 100'],
    ['a loop of builtins', 'while true; do :; done'],
    ['a loop of commands', 'while true; do sleep 10; done'],
    ['a pipe', 'sleep 100 | cat'],
  ])('Ctrl-C ends %s, and the shell goes on', async (_, command) => {
    const { type } = await terminal()
    expect(await type(command)).not.toContain('# ')
    expect(await type({ key: 'Ctrl-C' })).toContain('root:~# ')
    expect(await type('echo $?')).toBe('130\nroot:~# ')
  })

  test('Ctrl-C does not reach what runs in the background', async () => {
    const { type } = await terminal()
    await type('sleep 100 & sleep 50')
    await type({ key: 'Ctrl-C' })
    expect(await type('pgrep -c sleep')).toContain('1')
  })

  test('Ctrl-D ends what reads, and at the prompt the shell with the last code', async () => {
    const { type, child } = await terminal()
    await type('cat')
    expect(await type('hello')).toBe('hello\n')
    expect(await type({ key: 'Ctrl-D' })).toContain('root:~# ')
    await type('false')
    expect(await type({ key: 'Ctrl-D' })).toBe('exit\n')
    expect(child.alive).toBe(false)
  })
})
