import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'
import { readText } from '#sources/text/read-text.ts'

const nowMs = parseTime('2026-01-07T07:00:00Z') ?? 0
const read = (text: string, node?: string) =>
  readText([{ name: 'chat.txt', text }], { nowMs, ...(node !== undefined && { node }) })

const denied = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied'

describe('a chat with everything in it', () => {
  const chat = `[10:31] Ann: morning, worker-03 was rebooted after the OS update and its pods cannot reach pods on other nodes
[10:32] Ann: \`\`\`
\u001b[1mann@laptop\u001b[0m:~$ kubectl get pods -n kube-system -o wide | grep calico-node
calico-node-h7d2k   1/1   Running            0             52m   10.0.0.21   k8s-worker-01   <none>   <none>
calico-node-x7k2p   0/1   CrashLoopBackOff   7 (2m4s ago)  52m   10.0.0.23   k8s-worker-03   <none>   <none>
ann@laptop:~$ kubectl logs -n kube-system calico-node-x7k2p -c calico-node | tail -2
> ${denied}
> ${denied}
\`\`\`
[10:40] Bob B.: on the machine itself:
root@k8s-worker-03:~# ls -ld /run/calico
drw------- 2 10001 root 40 Jan  7 06:30 /run/calico
?? ## gibberish {{ }}`

  test('every piece is recognised, and says whom it is about', () => {
    const { pieces } = read(chat)
    expect(
      pieces.map(({ fromLine, toLine, format, about, notUnderstood }) => [
        fromLine,
        toLine,
        format,
        about,
        notUnderstood,
      ]),
    ).toEqual([
      [1, 1, 'plain sentences', nodeSubject('worker-03'), 0],
      [4, 5, 'kubectl get pods', undefined, 0],
      [7, 8, 'log of calico-node', podSubject({ namespace: 'kube-system', name: 'calico-node-x7k2p' }), 0],
      [10, 10, 'plain sentences', undefined, 1],
      [12, 12, 'modes and owners of paths', nodeSubject('k8s-worker-03'), 0],
      [13, 13, 'not understood', undefined, 1],
    ])
    expect(pieces[4]?.aboutFrom).toBe('the prompt')
  })

  test('all of it is about one node, spelt as Kubernetes spells it', () => {
    const { facts } = read(chat)
    expect(new Set(facts.rows('remarks').map((row) => row.node))).toEqual(new Set(['k8s-worker-03']))
    expect(facts.rows('hostPaths')).toMatchObject([{ node: 'k8s-worker-03', mode: 0o600 }])
    expect(facts.rows('messages')).toMatchObject([
      { message: { id: 'bird/cannot-create-control-socket' }, pod: { name: 'calico-node-x7k2p' }, count: 2 },
    ])
  })
})

describe('whom unnamed lines are about', () => {
  const pods = `calico-node-h7d2k   1/1   Running   0   52m   10.0.0.21   k8s-worker-01   <none>   <none>
calico-node-x7k2p   0/1   Running   7   52m   10.0.0.23   k8s-worker-03   <none>   <none>`

  test.each<[string, string, string | undefined]>([
    ['nobody says it', denied, undefined],
    ['the only node in trouble', `${pods}\n\n${denied}`, 'k8s-worker-03'],
    ['the only node that is named', `root@k8s-worker-02:~# dmesg\n${denied}`, 'k8s-worker-02'],
    ['two nodes in trouble: left open', `${pods.replace('1/1', '0/1')}\n\n${denied}`, undefined],
    ['a heading above it', `${pods}\n\n### k8s-worker-01\n${denied}`, 'k8s-worker-01'],
  ])('%s', (_, text, node) => {
    expect(read(text).facts.rows('messages')[0]?.node).toBe(node)
  })

  test('the report says how it was found', () => {
    expect(read(`${pods}\n\n${denied}`).pieces).toMatchObject([
      { format: 'kubectl get pods' },
      { about: nodeSubject('k8s-worker-03'), aboutFrom: 'the only node in trouble' },
    ])
    const named = read(`${pods.split('\n')[0]}\n\n${denied}`).pieces
    expect(named[1]).toMatchObject({ aboutFrom: 'the only node that is named' })
    expect(named[0]?.about).toBeUndefined()
  })

  test('the node that the user gives counts above prompts and headings, below names in the lines', () => {
    const text = `root@k8s-worker-02:~# dmesg\n${denied}\nNode k8s-worker-04 status is now: NodeReady`
    const given = read(text, 'k8s-worker-03')
    expect(given.facts.rows('messages').map((row) => row.node)).toEqual(['k8s-worker-03', 'k8s-worker-03'])
    expect(given.pieces[0]).toMatchObject({
      about: nodeSubject('k8s-worker-03'),
      aboutFrom: 'the node you gave',
    })
    const described = 'Normal  NodeReady  5m  kubelet  Node k8s-worker-04 status is now: NodeReady'
    expect(read(described, 'k8s-worker-03').facts.rows('events')[0]?.about.name).toBe('k8s-worker-04')
  })
})

describe('the time of a text', () => {
  test.each([
    ['holds none: now', denied, nowMs],
    [
      'its newest log line',
      '2026-01-05 06:30:00.000 [INFO][9] a/b.go 1: x\n2026-01-05 06:40:00.000 [INFO][9] a/b.go 1: x',
      parseTime('2026-01-05T06:40:00Z'),
    ],
    [
      'times in the future do not count',
      '2026-01-05 06:30:00.000 [INFO][9] a/b.go 1: certificate ends 2031-01-01T00:00:00Z',
      parseTime('2026-01-05T06:30:00Z'),
    ],
    ['the journal of last year', 'Dec 30 06:30:00 n1 kubelet[1]: x', parseTime('2025-12-30T06:30:00Z')],
  ])('%s', (_, text, at) => {
    expect(read(text).facts.observedAtMs).toBe(at)
  })
})

test('pieces from several files are one account', () => {
  const { facts, pieces } = readText(
    [
      {
        name: 'a.txt',
        text: 'calico-node-x7k2p   0/1   Running   7   52m   10.0.0.23   k8s-worker-03   <none>   <none>',
      },
      { name: 'b.txt', text: denied },
    ],
    { nowMs },
  )
  expect(pieces.map(({ name, format }) => [name, format])).toEqual([
    ['a.txt', 'kubectl get pods'],
    ['b.txt', 'log of calico-node'],
  ])
  expect(facts.rows('messages')[0]).toMatchObject({
    node: 'k8s-worker-03',
    from: { source: 'b.txt, line 1' },
  })
})

test('every line that is not blank, a prompt, a heading or a fence is in exactly one piece', () => {
  const text = `# kubectl get nodes\nx y\n\n${denied}\n\`\`\`\nk8s-worker-01:\nfoo = bar`
  const { pieces } = read(text)
  const covered = pieces.flatMap(({ fromLine, toLine }) =>
    Array.from({ length: toLine - fromLine + 1 }, (_, at) => fromLine + at),
  )
  expect(covered).toEqual([2, 4, 7])
})
