import { describe, expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

async function machine() {
  const { run } = await testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms })
  return { run, sh: (script: string) => run(['bash', '-c', script]) }
}

describe('a filter passes on what comes, as it comes', () => {
  test.each([
    ['grep --line-buffered a', 'a1'],
    ['grep -n -A1 a', '1:a1'],
    ['grep -o "[0-9]"', '1'],
    ['sed -u s/a/b/', 'b1'],
    ["awk '{print $1}'", 'a1'],
    ['cut -c1', 'a'],
    ['cat -n', '1 a1'],
    ['rev', '1a'],
    ['nl', '1 a1'],
    ['bash -c "while read x; do echo got $x; done"', 'got'],
  ])('%s', async (filter, first) => {
    const { sh } = await machine()
    const { stdout } = await sh(
      `began=$(date +%s); { echo a1; sleep 10; echo a2; } | ${filter} | { read l; now=$(date +%s); echo $l $((now - began)); }`,
    )
    expect(stdout).toBe(`${first} 0\n`)
  })

  test('the last line is known only at the end', async () => {
    const { sh } = await machine()
    expect((await sh(`{ echo a; sleep 10; echo b; } | sed -n '$p'; printf 'a\\nb' | sed '$d'`)).stdout).toBe(
      'b\na\n',
    )
  })

  test('who has found enough reads no more, and whoever writes on is ended', async () => {
    const { sh } = await machine()
    const { stdout } = await sh(
      'began=$(date +%s); while echo y; do sleep 1; done | grep -q y; code=$?; now=$(date +%s); echo $code $((now - began)); seq 9 | grep -m2 -A1 "[3-6]"',
    )
    expect(stdout).toBe('0 1\n3\n4\n5\n')
  })
})

describe('a shell runs its standard input line by line', () => {
  test('as it comes', async () => {
    const { sh } = await machine()
    const { stdout } = await sh(
      "began=$(date +%s); { echo 'now=$(date +%s); echo one $((now - began))'; sleep 10; echo echo two; } | (export began; sh)",
    )
    expect(stdout).toBe('one 0\ntwo\n')
  })

  test.each([
    ['commands take from the same input', 'read x\nhello\necho got $x\ncat\nthe rest', 'got hello\nthe rest'],
    ['a here-document and a continued line', 'cat <<E\na\nb\nE\necho x \\\n  y\n', 'a\nb\nx y\n'],
    ['a function, quotes', 'f()\n{\n  echo "in\nf"\n}\nf', 'in\nf\n'],
    [
      'what stands before a mistake is done',
      'echo a\n)\necho b',
      "a\nbash: syntax error: unexpected token ')'\n",
    ],
    ['what never ends', 'echo a\nif true; then', 'a\nbash: syntax error: unexpected end of file\n'],
  ])('%s', async (_, stdin, says) => {
    const { run } = await machine()
    const { stdout, stderr } = await run(['bash'], { stdin })
    expect(stdout + stderr).toBe(says)
  })
})
