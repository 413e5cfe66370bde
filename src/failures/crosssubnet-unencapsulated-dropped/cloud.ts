import { type CloudReads, cloudsTold } from '#cluster/clouds.ts'
import type { EncapsulationTold } from '#cluster/encapsulation.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { isOff, isOn } from '#cluster/settings.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/** Switches of clouds that let a machine send and receive only its own addresses. They harm only who sends pods' packets bare. */
export function cloudSigns(view: Reads<CloudReads>, bare: EncapsulationTold | undefined): readonly Sign[] {
  const harm = bare === undefined ? 'weak' : 'decisive'
  const settings = view.rows('settings').filter(({ of }) => of === 'cloud')
  const switches = settings.flatMap((row) => {
    const says = harmful[row.name]?.(row, settings)
    return says === undefined ? [] : [sign(row, harm, says)]
  })
  return [...switches, ...(bare === undefined ? [] : ofClouds(view))]
}

type Harm = (row: SettingRow, settings: readonly Fact<SettingRow>[]) => string | undefined

const harmful: Readonly<Record<string, Harm>> = {
  'src-dst-check': (row) =>
    isOn(row) ? 'AWS checks sender and receiver of each packet: pods’ addresses are dropped' : undefined,
  'ip-forwarding': (row) =>
    isOff(row) ? 'the cloud lets the machine forward no packets of other addresses' : undefined,
  'port-security': (row, settings) =>
    isOn(row) && settings.every((other) => other.name !== 'allowed-address-pairs' || isEmpty(other))
      ? 'OpenStack lets the port use its own address only'
      : undefined,
}

/** `[]`, nothing, or the machine's own pair was left out. */
const isEmpty = ({ value }: SettingRow): boolean =>
  value.trim() === '' || value.trim() === '[]' || value.trim() === '|'

/** By default each of them drops what it did not give out itself; many have switched that off. */
const ofClouds = (view: Reads<CloudReads>): readonly Sign[] =>
  cloudsTold(view)
    .slice(0, 1)
    .map(({ cloud, row }) =>
      sign(row, 'weak', `${cloud} drops packets of pods’ addresses unless told otherwise`),
    )
