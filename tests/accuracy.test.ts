import { expect, test } from 'vitest'
import { report, summary } from '../scripts/accuracy/figures.ts'
import { score, usableCases } from '../scripts/accuracy/score.ts'

const nowMs = Date.parse('2026-01-07T06:30:00Z')

const denied = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied'
const silent =
  'Conditions:\n  Type   Status   Reason              Message\n  Ready  Unknown  NodeStatusUnknown   Kubelet stopped posting node status.'

const stopped =
  '$ systemctl status kubelet\n● kubelet.service\n     Loaded: loaded\n     Active: inactive (dead) since Tue 2026-01-06 04:58:15 UTC; 1 day ago'

const made = (id: string, failureMode: string, text: string, o: object = {}) => ({
  id,
  failureMode,
  causeBasis: 'confirmed',
  evidence: [{ text, basis: 'posted' }],
  ...o,
})

const lines = (cases: readonly object[]): string => `${cases.map((one) => JSON.stringify(one)).join('\n')}\n`

test('only cases with a known cause and posted evidence count', () => {
  const cases = [
    made('case-1001', 'runtime-dir-permissions', denied),
    made('case-1002', 'runtime-dir-permissions', denied, { causeBasis: 'guess' }),
    made('case-1003', 'runtime-dir-permissions', denied, { evidence: [{ text: denied, basis: 'told' }] }),
    made('case-1004', 'runtime-dir-permissions', denied, { causeBasis: 'message' }),
  ]
  expect(usableCases(lines(cases)).map(({ id }) => id)).toEqual(['case-1001', 'case-1004'])
})

test('a line that is no case is an error, not a smaller sample', () => {
  expect(() => usableCases('{"id":"case-1001"}\n')).toThrow()
})

const cases = usableCases(
  lines([
    made('case-1001', 'runtime-dir-permissions', denied),
    made('case-1002', 'kubelet-lost-contact', silent),
    made('case-1003', 'kubelet-lost-contact', 'calico-node is 0/1 Running and nobody knows why'),
    made('case-1004', 'some-mode-nobody-knows', `${silent}\n\n${stopped}`),
  ]),
)
const scored = cases.map((one) => score(one, nowMs))

test.each([
  ['the right mode first', 'case-1001', { rightFirst: true, rightInThree: true, confidentlyWrong: false }],
  ['the right mode, likely', 'case-1002', { rightFirst: true, confidentlyWrong: false }],
  [
    'no cause named: undecided, and not right',
    'case-1003',
    { undecided: true, rightFirst: false, confidentlyWrong: false },
  ],
  ['another mode, confirmed: confidently wrong', 'case-1004', { rightFirst: false, confidentlyWrong: true }],
] as const)('%s', (_, id, expected) => {
  expect(scored.find((one) => one.id === id)).toMatchObject(expected)
})

test('the figures are sums of the cases', () => {
  const { all, byMode } = summary(scored)
  expect(all).toMatchObject({ cases: 4, rightFirst: 2, undecided: 1, confidentlyWrong: 1 })
  expect(byMode['kubelet-lost-contact']).toMatchObject({ cases: 2, rightFirst: 1 })
  const text = report(scored)
  expect(text).toContain('4 cases with a known cause')
  expect(text).toContain('case-1004 D: kubelet-lost-contact (confirmed) instead of some-mode-nobody-knows')
})
