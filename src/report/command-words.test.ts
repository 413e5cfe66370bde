import { expect, test } from 'vitest'
import { forCluster, wordsFor } from '#report/command-words.ts'

const stat = `ssh w1 'stat /run/calico; ls'`

test.each([
  ['a real cluster’s node is reached by ssh', forCluster(stat, { context: 'prod' }), stat],
  [
    'a lab’s through the lab',
    forCluster(stat, { lab: 'default' }),
    `ninelives lab exec w1 -- sh -c 'stat /run/calico; ls'`,
  ],
  [
    'which may have a name',
    forCluster('ssh w1 uptime', { lab: 'blue' }),
    'ninelives lab exec --name blue w1 -- uptime',
  ],
  ['what is no ssh stays', forCluster('kubectl get nodes', { lab: 'default' }), 'kubectl get nodes'],
  [
    'an act over ssh is one word',
    wordsFor({}).onNode('w1', ['rm', '-f', '/a b']),
    `ssh w1 'sudo rm -f '\\''/a b'\\'''`,
  ],
  [
    'and many where nothing in them needs quoting',
    wordsFor({}).onNode('w1', ['rm', '-f', '/a']),
    'ssh w1 sudo rm -f /a',
  ],
  [
    'a command that reads what is piped into it',
    wordsFor({ lab: 'blue' }).onNode('w1', ['tee', '/a'], { stdin: true }),
    'ninelives lab exec -i --name blue w1 -- tee /a',
  ],
  ['kubectl is told the context', wordsFor({ context: 'prod' }).kubectl.join(' '), 'kubectl --context prod'],
])('%s', (_, actual, expected) => {
  expect(actual).toBe(expected)
})
