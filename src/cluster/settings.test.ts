import { expect, test } from 'vitest'
import type { SettingRow } from '#cluster/relations.ts'
import { bytesOf, felixSettings, isOff, isOn, numberOf, settingsNamed } from '#cluster/settings.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const setting = (of: SettingRow['of'], name: string, value: string): SettingRow => ({ of, name, value })

test('a parameter of Felix is found under all its spellings, what wins first', () => {
  const facts = factsOf({
    settings: [
      setting('FelixConfiguration', 'vxlanPort', '4790'),
      setting('felix', 'VXLANPort', '4791'),
      setting('env', 'FELIX_VXLANPORT', '4789'),
      setting('env', 'VXLANPORT', '1'),
      setting('sysctl', 'vxlanPort', '2'),
    ],
  })
  expect(felixSettings(facts, 'VXLANPort').map(({ value }) => value)).toEqual(['4789', '4791', '4790'])
})

test('the end of a dotted path is a name, a part of a word is none', () => {
  const facts = factsOf({
    settings: [
      setting('Installation', 'calicoNetwork.ipPools.encapsulation', 'VXLAN'),
      setting('Installation', 'myencapsulation', 'no'),
    ],
  })
  expect(settingsNamed(facts, 'Installation', 'encapsulation').map(({ value }) => value)).toEqual(['VXLAN'])
})

test('yes, no, numbers and quantities', () => {
  const of = (value: string): SettingRow => setting('other', 'x', value)
  expect(['true', 'Enabled', '1', 'maybe'].map((value) => isOn(of(value)))).toEqual([true, true, true, false])
  expect(['false', 'Disabled', '0', 'maybe'].map((value) => isOff(of(value)))).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect([numberOf(of('1440')), numberOf(of('1440x'))]).toEqual([1440, undefined])
  expect(['128Mi', '1Gi', '500M', 'much'].map((value) => bytesOf(of(value)))).toEqual([
    2 ** 27,
    2 ** 30,
    5e8,
    undefined,
  ])
})
