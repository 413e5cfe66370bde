import { describe, expect, test } from 'vitest'
import { lintForm } from '#drill/lint/form.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'
import { faults } from '#failures/generated/faults.ts'

const good = scaffoldOf({ id: 'night-shift' })
const known: Readonly<Record<string, (typeof faults)[keyof typeof faults]>> = faults
const behind = { fault: (mode: string) => known[mode]?.() }

/** The scaffold with something changed; there must be something to change. */
function changed(...changes: readonly (readonly [string | RegExp, string])[]): string {
  return changes.reduce((text, [from, to]) => {
    const next = text.replace(from, to)
    if (next === text) throw new Error(`the scaffold has no ${from}`)
    return next
  }, good)
}

async function said(text: string): Promise<readonly string[]> {
  const read = readScenario(text)
  const notices = read.ok ? await lintForm(read.value, behind, { text }) : read.error
  return notices.map(({ line, message }) => `${line}: ${message}`)
}

const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length

test('of a scenario as it is begun there is nothing to say', async () => {
  expect(await said(good)).toEqual([])
})

describe('what is wrong with the form is said with its line', () => {
  test.each([
    [
      'choices that lead round and round',
      changed([/(### If you chose A:\n\n.*\n\n)```acts 2m/, '$1```acts 2m -> round 1']),
      '### If you chose A',
      'round 1: choice A leads back to round 1',
    ],
    [
      'a branch that is missing',
      changed([/### If you chose C:[\s\S]*?(?=### If you chose D:)/, '']),
      'round 1: choice C has no result',
      '',
    ],
    [
      'a branch that does nothing',
      changed([/(### If you chose C:\n\n.*\n\n)```acts[\s\S]*?```/, '$1']),
      '### If you chose C',
      'round 1: choice C does nothing',
    ],
    [
      'an unknown fault',
      changed(['mode: kubelet-lost-contact', 'mode: gremlins']),
      'mode: gremlins',
      'a lab cannot be broken by "gremlins"',
    ],
    [
      'a node that the lab does not have',
      changed(['node: k8s-worker-03', 'node: k8s-worker-13']),
      'node: k8s-worker-13',
      'strike.node: the lab has no node k8s-worker-13; it has k8s-control-01, k8s-worker-01',
    ],
    [
      'an unknown variant',
      changed(['node: k8s-worker-03', 'variant: zz\n  node: k8s-worker-03']),
      'variant: zz',
      'has no variant "zz"; it has ',
    ],
    [
      'something expected and not expected',
      changed(['expect traffic', 'expect /x/ in $ kubectl get nodes\nexpect no /x/ in $ kubectl get nodes']),
      'expect no /x/',
      'contradicts line ',
    ],
    [
      'customers expected to be served and not to be',
      changed(['expect traffic', 'expect traffic\nexpect lost requests']),
      'expect lost requests',
      'contradicts line ',
    ],
    [
      'an action that nothing verifies',
      changed(['expect traffic\n', '']),
      '1. See that calico-node',
      'round 2: action 1 is not verified',
    ],
    [
      'a name without a meaning',
      changed(['$ kubectl get nodes', '$ kubectl logs {gremlin}']),
      '{gremlin}',
      '{gremlin} has no meaning',
    ],
  ])('%s', async (_, text, at, message) => {
    const [wanted, place] = message === '' ? [at, ''] : [message, at]
    const found = (await said(text)).find((each) => each.includes(wanted))
    expect(found, (await said(text)).join('\n')).toBeDefined()
    if (place !== '') expect(found).toMatch(new RegExp(`^${lineOf(text, place)}: `))
  })

  test('the same expected and not expected with something done in between is none', async () => {
    expect(await said(changed(['expect traffic', 'expect lost requests\nwait 5m\nexpect traffic']))).toEqual(
      [],
    )
  })

  test('braces of the shell and of jsonpath are no names', async () => {
    const text = changed([
      '$ kubectl get nodes',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
      "$ kubectl get nodes -o jsonpath='{.items[0]}'\nk8s-worker-03# echo ${home}",
    ])
    expect(await said(text)).toEqual([])
  })
})

describe('a leak of the answer is said with its line', () => {
  const evidence: readonly [RegExp, string] = [/WORDS THAT SHOW IT/, 'Permission denied']
  test.each([
    [
      'a mark at the choice',
      [['B) WHAT IS RIGHT', 'B) WHAT IS RIGHT (recommended)']],
      'B) WHAT IS RIGHT',
      'says that it is right',
    ],
    [
      'a mark in what is shown',
      [['WHAT THE PAGE SAYS', 'The recommended way is a look']],
      'The recommended way',
      'what is shown says what is recommended',
    ],
    [
      'the next round in what is shown',
      [['WHAT THE PAGE SAYS', 'Proceed to Round 2']],
      'Proceed to Round 2',
      'says which round comes next',
    ],
    [
      'the next round in a result, in other words than the game leaves out',
      [['WHY IT HELPS', 'Yes. Go on to the next round.']],
      '### If you chose B',
      'the result of choice B says which round comes next',
    ],
    [
      'the right letter in another result',
      [['WHAT IT MAKES WORSE', 'Worse. You should have chosen B.']],
      '### If you chose D',
      'names the right one, B',
    ],
    [
      'the mode in a choice',
      [['A) SOMETHING PLAUSIBLE', 'A) Look for kubelet-lost-contact']],
      'A) Look for',
      'names the failure mode',
    ],
    [
      'the mode in the setup',
      [['WHAT RUNS, AND', 'kubelet-lost-contact, AND']],
      '---',
      'the setup names the failure mode',
    ],
    [
      'the mode in the first hint',
      [['WHERE TO LOOK FIRST', 'It is kubelet-lost-contact']],
      '## Hands-on',
      'the first hint names',
    ],
    [
      'the cause in the right choice before anybody saw it',
      [evidence, ['B) WHAT IS RIGHT', 'B) Mend the permission denied of BIRD']],
      'B) Mend',
      'says what only this shows',
    ],
  ] as const)('%s', async (_, changes, at, message) => {
    const text = changed(...changes)
    const found = (await said(text)).find((each) => each.includes(message))
    expect(found, (await said(text)).join('\n')).toMatch(new RegExp(`^${lineOf(text, at)}: `))
  })

  test.each([
    [
      'what the page has said may stand in the right choice',
      [
        evidence,
        ['B) WHAT IS RIGHT', 'B) Mend the permission denied'],
        ['WHAT THE PAGE SAYS', 'BIRD says: permission denied'],
      ],
    ],
    [
      'the author’s own "Proceed to", which the game leaves out',
      [['WHY IT HELPS', 'It helps. Proceed to Round 2.']],
    ],
    [
      'a result that speaks of a letter that is not the right one',
      [['WHAT IT MAKES WORSE', 'Worse, as choice A was.']],
    ],
  ] as const)('no leak: %s', async (_, changes) => {
    expect(await said(changed(...changes))).toEqual([])
  })
})
