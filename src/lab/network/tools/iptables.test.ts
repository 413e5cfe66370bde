import { describe, expect, test } from 'vitest'
import { Refusal } from '#lab/network/tools/iptables-options.ts'
import { parseCommand } from '#lab/network/tools/iptables-parse.ts'
import { splitLine } from '#lab/network/tools/iptables-restore.ts'
import { ruleText } from '#lab/network/tools/iptables-text.ts'

const read = (line: string) => parseCommand(splitLine(line), 'iptables v1.8.7 (nf_tables)')

describe('a rule reads as iptables -S writes it', () => {
  test.each([
    ['-s 10.0.0.1 -j DROP', ' -s 10.0.0.1/32 -j DROP'],
    [
      '! -s 10.0.0.0/24 -p tcp --dport 179 -j REJECT',
      ' ! -s 10.0.0.0/24 -p tcp -m tcp --dport 179 -j REJECT --reject-with icmp-port-unreachable',
    ],
    [
      '-i cali+ -m comment --comment "cali:x y" -g cali-wl',
      ' -i cali+ -m comment --comment "cali:x y" -g cali-wl',
    ],
    [
      '-p udp -m multiport --dports 53,4789:4790 -j ACCEPT',
      ' -p udp -m multiport --dports 53,4789:4790 -j ACCEPT',
    ],
    [
      '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT',
      ' -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ],
    ['-m set ! --match-set blocked src -j RETURN', ' -m set ! --match-set blocked src -j RETURN'],
    ['-p 4 -j DROP', ' -p ipencap -j DROP'],
    ['-m mark --mark 0x0/0x10000 -j DROP', ' -m mark --mark 0x0/0x10000 -j DROP'],
    [
      '-p tcp -d 10.0.0.1 -j DNAT --to-destination 10.1.0.1:80',
      ' -d 10.0.0.1/32 -p tcp -j DNAT --to-destination 10.1.0.1:80',
    ],
    ['-p tcp', ' -p tcp'],
  ])('%s', (line, text) => {
    expect(ruleText(read(`-A INPUT ${line}`).rule)).toBe(text)
  })
})

describe('a command is taken apart', () => {
  test.each([
    ['-nvL INPUT', { verb: 'L', chain: 'INPUT', flags: new Set(['numeric', 'verbose']) }],
    ['-L -n', { verb: 'L', chain: undefined, flags: new Set(['numeric']) }],
    ['-t nat -D POSTROUTING 2', { verb: 'D', chain: 'POSTROUTING', operand: '2', table: 'nat' }],
    ['-w 5 -P FORWARD DROP', { verb: 'P', chain: 'FORWARD', operand: 'DROP' }],
    ['--list-rules', { verb: 'S', chain: undefined }],
  ])('%s', (line, expected) => {
    expect(read(line)).toMatchObject(expected)
  })

  test.each([
    ['--nonsense', 'unknown option "--nonsense"'],
    ['-A INPUT -s 10.0.0.999 -j DROP', "host/network `10.0.0.999' not found"],
    ['-A INPUT -j', 'option "-j" requires an argument'],
  ])('%s is refused', (line, says) => {
    expect(() => read(line)).toThrow(Refusal)
    expect(() => read(line)).toThrow(says)
  })
})
