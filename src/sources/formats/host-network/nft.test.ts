import { describe, expect, test } from 'vitest'
import { linesOf } from '#sources/formats/host-network/block.ts'
import type { FilterCommand } from '#sources/formats/host-network/filters.ts'
import { parseNft } from '#sources/formats/host-network/nft.ts'

const nft = (text: string, command?: FilterCommand) => {
  const block = parseNft(linesOf(text), 0, command)
  return (
    block && {
      end: block.end,
      chains: block.chains.map(({ row }) => row),
      rules: block.rules.map(({ row }) => row),
    }
  )
}

describe('nft list', () => {
  test('tables, sets, chains and rules', () => {
    const text = `table inet firewalld {
        ct helper helper-ftp-tcp {
                type "ftp" protocol tcp
                l3proto inet
        }
        set many {
                type ipv4_addr
                flags interval
                elements = { 10.7.0.0/16,
                             10.8.0.0/16 }
        }

        chain filter_FORWARD { # handle 12
                type filter hook forward priority filter + 10; policy accept;
                ct state { established, related } accept
                iifname "lo" oifname != "ens3" accept
                ip saddr { 10.7.0.1, 10.7.0.2,
                           10.7.0.3 } tcp dport { 179, 5473 } counter packets 4 bytes 240 jump filter_FWD # handle 3
                reject with icmpx type admin-prohibited
        }
}
table ip filter {
        chain FORWARD {
                type filter hook forward priority filter + 5; policy drop;
                 counter packets 9 bytes 540 jump cali-FORWARD comment "cali:Qq"
        }
}
table bridge x {
        chain y {
                accept
        }
}`
    const firewalld = { backend: 'nft', family: 'inet', table: 'firewalld' }
    const filter = { backend: 'nft', family: 4, table: 'filter', chain: 'FORWARD' }
    expect(nft(text)).toEqual({
      end: text.split('\n').length,
      chains: [
        { ...firewalld, chain: 'filter_FORWARD' },
        { ...firewalld, chain: 'filter_FORWARD', policy: 'ACCEPT' },
        filter,
        { ...filter, policy: 'DROP' },
      ],
      rules: [
        {
          ...firewalld,
          chain: 'filter_FORWARD',
          position: 1,
          target: 'ACCEPT',
          conditions: 'ct state established,related',
        },
        {
          ...firewalld,
          chain: 'filter_FORWARD',
          position: 2,
          target: 'ACCEPT',
          inInterface: 'lo',
          outInterface: '!ens3',
        },
        {
          ...firewalld,
          chain: 'filter_FORWARD',
          position: 3,
          target: 'filter_FWD',
          source: '10.7.0.1,10.7.0.2,10.7.0.3',
          protocol: 'tcp',
          ports: '179,5473',
          packets: 4,
        },
        {
          ...firewalld,
          chain: 'filter_FORWARD',
          position: 4,
          target: 'REJECT',
          rejectWith: 'icmpx-admin-prohibited',
        },
        { ...filter, position: 1, target: 'cali-FORWARD', packets: 9, comment: 'cali:Qq' },
      ],
    })
  })

  test.each<[string, string, FilterCommand | undefined, object]>([
    [
      'whose table was cut away',
      'chain OUTPUT {\n  type filter hook output priority -1; policy drop;',
      undefined,
      { table: 'filter', family: 4, chain: 'OUTPUT', policy: 'DROP' },
    ],
    [
      'of firewalld, whose table was cut away',
      'chain filter_IN_public {',
      undefined,
      { table: 'firewalld', family: 'inet' },
    ],
    [
      'that the command named',
      'type filter hook input priority 0; policy accept;',
      { family: 'inet', table: 'own', chain: 'in' },
      { table: 'own', family: 'inet', chain: 'in' },
    ],
    [
      'known by its hook only',
      'type filter hook forward priority 0; policy drop;',
      undefined,
      { chain: 'FORWARD', policy: 'DROP' },
    ],
    [
      'on one line with its table',
      'table ip filter { chain INPUT { type filter hook input priority -5; policy drop; } }',
      undefined,
      { chain: 'INPUT', policy: 'DROP' },
    ],
  ])('a chain %s', (_, text, command, row) => expect(nft(text, command)?.chains.at(-1)).toMatchObject(row))

  test.each<[string, string, object]>([
    ['with a counter', 'counter packets 31 bytes 1860 drop', { target: 'DROP', packets: 31 }],
    ['of conntrack', 'ct state invalid drop', { target: 'DROP', conditions: 'ct state invalid' }],
    ['with a handle', 'ip saddr 10.7.0.0/16 drop # handle 41', { source: '10.7.0.0/16', target: 'DROP' }],
    [
      'of a protocol',
      'meta l4proto ipencap counter packets 2 bytes 120 accept',
      { protocol: 'ipencap', target: 'ACCEPT' },
    ],
    [
      'of a named set',
      'ip saddr @cali40x counter packets 0 bytes 0 masquerade',
      { set: 'cali40x', target: 'MASQUERADE' },
    ],
    [
      'of a set that an extension looks up',
      '# match-set cali40x src counter packets 1 bytes 60 accept',
      { set: 'cali40x', target: 'ACCEPT' },
    ],
    [
      'of an extension’s target',
      'meta l4proto tcp counter packets 3 bytes 180 xt target "DNAT"',
      { target: 'DNAT', packets: 3 },
    ],
    [
      'with a reset',
      'tcp dport 179 reject with tcp reset',
      { ports: '179', rejectWith: 'tcp-reset', target: 'REJECT' },
    ],
  ])('a rule alone %s', (_, text, row) => expect(nft(text)?.rules).toMatchObject([row]))

  test('a chain that was cut does not swallow what follows', () => {
    expect(nft('chain FORWARD {\n        accept\nThe pods come back after a restart.')).toMatchObject({
      end: 2,
    })
  })

  test('a set that was cut does not either', () => {
    expect(nft('set a {\n  type ipv4_addr\n  elements = { 10.7.0.0/16,\nThe rest is cut.')).toMatchObject({
      end: 3,
    })
  })

  test.each([
    'table of contents {',
    'chain reaction',
    'ip addr show',
    'ip route add blackhole 10.0.0.0/8',
    'set up the cluster',
    'meta data, accept',
    'counter 5',
    'tcp dport 179 is what we accept, is it?',
  ])('near miss: %s', (text) => expect(nft(text)).toBeUndefined())
})
