import { describe, expect, test } from 'vitest'
import { formats, read, rows } from '#sources/text/readers/testing.ts'

const frames = `goroutine 41 [running]:
panic({0x1b0fd20?, 0x2d3a3c0?})
	/usr/local/go/src/runtime/panic.go:770 +0x132
github.com/projectcalico/calico/felix/calc.(*PolicySorter).OnUpdate(0xc0004d20e0, {{0x1f3a?, 0x10?}, 0x1})
	/go/src/github.com/projectcalico/calico/felix/calc/policy_sorter.go:88 +0x2c5
created by github.com/projectcalico/calico/felix/daemon.Run in goroutine 1
	/go/src/github.com/projectcalico/calico/felix/daemon/daemon.go:411 +0x1a
goroutine 1 [select, 3 minutes]:
...additional frames elided...
exit status 2`

const panicked = `panic: assignment to entry in nil map

${frames}`

const messages = (text: string) => rows(text, 'messages')

describe('a panic with its stacks', () => {
  test('is one block of the program whose code is on the stack, and its words are the fact', () => {
    const { pieces } = read(panicked)
    expect(pieces).toMatchObject([
      { format: 'stack trace of Felix', fromLine: 1, toLine: 12, facts: 1, notUnderstood: 0 },
    ])
    expect(messages(panicked)).toEqual([
      {
        message: { id: 'go/panic', params: { error: 'assignment to entry in nil map', program: 'Felix' } },
        container: 'calico-node',
        count: 1,
      },
    ])
  })

  test('with a log’s prefix before each line, in the midst of the log', () => {
    const prefixed = (text: string): string =>
      text.replace(/^/gm, '[pod/calico-node-x7k2p/calico-node] ').replace(/^\S+ \S*$\n/gm, '')
    const log = prefixed('2026-01-07 06:30:12.100 [INFO][9] felix/daemon.go 99: Something that nobody knows')
    const text = `${log}\n${prefixed(panicked)}\n${log}`
    const { pieces } = read(text)
    expect(formats(pieces)).toEqual(['log of calico-node', 'stack trace of Felix', 'log of calico-node'])
    expect(pieces.map(({ notUnderstood }) => notUnderstood)).toEqual([1, 0, 1])
  })

  test('twice is two blocks', () => {
    expect(messages(`${panicked}\n${panicked.replace('nil map', 'a nil map')}`)).toHaveLength(2)
  })

  test.each([
    [
      'a nil pointer',
      'panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x1a2b3c4]',
      'health/panic',
    ],
    ['the runtime itself', 'fatal error: concurrent map writes', 'go/fatal-error'],
    [
      'one that was caught and thrown again',
      'panic: no such tier [recovered]\n\tpanic: no such tier',
      'go/panic',
    ],
  ])('of %s', (_, head, id) => {
    expect(messages(`${head}\n\n${frames}`)).toMatchObject([
      { message: { id, params: { program: 'Felix' } } },
    ])
  })
})

describe('what it belongs to', () => {
  const under = '$ kubectl logs -n kube-system calico-node-x7k2p -c calico-node --previous\n'
  const pod = { namespace: 'kube-system', name: 'calico-node-x7k2p' }

  test('the pod of the command above', () => {
    expect(messages(under + panicked)).toMatchObject([{ pod, container: 'calico-node' }])
  })

  test('not that pod, where the program is another’s', () => {
    const other = panicked.replaceAll('/felix/', '/kube-controllers/')
    const [row] = messages(under + other)
    expect(row).toMatchObject({ container: 'calico-kube-controllers' })
    expect(row).not.toHaveProperty('pod')
  })

  test('Typha’s client is Felix’s', () => {
    const client = frames.replace('felix/calc.(*PolicySorter)', 'typha/pkg/syncclient.(*SyncerClient)')
    expect(formats(read(client).pieces)).toEqual(['stack trace of Felix'])
  })
})

describe('near misses', () => {
  test('stacks whose head was not copied tell nothing, and are understood', () => {
    const { pieces } = read(frames)
    expect(pieces).toMatchObject([{ format: 'stack trace of Felix', facts: 0, notUnderstood: 0 }])
  })

  test.each([
    ['a panic alone', 'panic: assignment to entry in nil map'],
    ['a sentence', 'We saw a panic: it said goroutine 1 was to blame.'],
    ['a compiler', 'fatal error: foo.h: No such file or directory'],
  ])('%s is no block', (_, text) => {
    expect(formats(read(text).pieces).join()).not.toContain('stack trace')
  })

  test('what stands below is read for itself', () => {
    const text = `${frames}\nbird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied`
    expect(messages(text)).toMatchObject([{ message: { id: 'bird/cannot-create-control-socket' } }])
  })
})
