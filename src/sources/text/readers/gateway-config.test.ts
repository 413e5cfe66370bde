import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

const rules = (text: string) => rows(text, 'cloudRules')

test('a rule is what its lines say together', () => {
  const text = [
    "set firewall name PRIV-OUT rule 20 action 'drop'",
    "set firewall name PRIV-OUT rule 20 destination address '10.64.3.0/24'",
    "set firewall name PRIV-OUT rule 20 destination port '179'",
    "set firewall name PRIV-OUT rule 20 protocol 'tcp'",
    "set firewall name PRIV-OUT rule 20 source address '10.51.7.0/24'",
    "set firewall name PRIV-OUT rule 30 action 'accept'",
  ].join('\n')
  expect(rules(text)).toMatchObject([
    { kind: 'gateway', group: 'PRIV-OUT', action: 'allow' },
    {
      kind: 'gateway',
      group: 'PRIV-OUT',
      action: 'drop',
      protocol: 'tcp',
      portMin: 179,
      portMax: 179,
      remote: '10.51.7.0/24',
      destination: '10.64.3.0/24',
    },
  ])
})

test('the appliance’s names of protocols are numbers to everybody else', () => {
  expect(
    rules(
      'set security firewall name IN rule 5 action drop\nset security firewall name IN rule 5 protocol ipencap',
    ),
  ).toMatchObject([{ protocol: '4' }])
})

describe('no rule', () => {
  test.each([
    ['without an action', 'set firewall name X rule 5 protocol tcp'],
    ['of an interface', 'set interfaces bonding dp0bond0 address 10.1.1.1/24'],
    ['a sentence', 'set firewall rules as you like'],
  ])('%s', (_, text) => {
    expect(rules(text)).toEqual([])
  })
})
