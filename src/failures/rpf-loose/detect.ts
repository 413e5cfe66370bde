import type { Reads } from '#cluster/facts.ts'
import { envNamed, felixSettings, isOn } from '#cluster/settings.ts'
import { calicoVersions, isBefore } from '#cluster/versions.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface RpfState {
  /** Whether Felix was told to ignore it. */
  readonly isIgnored: boolean
}

export const symptoms = [
  'dataplane-not-programmed',
  'calico-node-not-ready',
  'calico-node-start-failing',
  'pods-not-ready-on-node',
] as const

/**
 * Finds hosts whose reverse path filter is loose (`net.ipv4.conf.all.rp_filter` = 2) under a Felix that refuses to run with it:
 * every one before 3.12, unless told to ignore it.
 *
 * @see projectcalico/felix:dataplane/linux/int_dataplane.go (v3.11: Kernel's RPF check is set to 'loose')
 * @see projectcalico/felix:calico/felix/devices.py (1.x: BadKernelConfig)
 */
export const detector = defineDetector<RpfState, 'messages' | 'pods' | 'settings' | 'versions' | 'attempts'>({
  needs: ['messages', 'settings'],
  uses: ['pods', 'versions', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const told = [...messageSigns(view, said, { endedBy: ['felix/first-update-done'] }), ...ofAttempts(view)]
    const signs = [...told, ...ofSetting(view)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, symptoms)
          ? {
              says: 'Felix refuses to run because the host’s reverse path filter is loose',
              state: { isIgnored: isIgnored(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said = {
  'felix/rpf-loose': ['decisive', 'Felix ends because the kernel’s reverse path filter is loose'],
  'felix/kernel-config-bad': ['decisive', 'Felix ends because rp_filter is set to loose'],
} as const

/** Who sets this has met the refusal: nothing else asks for it. */
const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  view.rows('attempts').flatMap((row) => {
    if (row.act !== 'allow-loose-rpf') return []
    return row.outcome === 'no-change'
      ? [sign(row, 'against', 'to ignore the loose filter changed nothing')]
      : [sign(row, 'strong', 'somebody told Felix to ignore the loose filter')]
  })

function ofSetting(view: Reads<'settings' | 'versions'>): readonly Sign[] {
  const isOlder = calicoVersions(view).map(({ version }) => isBefore(version, '3.12'))
  const strict = isOlder.some((one) => one === true) && !isIgnored(view)
  return view.rows('settings').flatMap((row): readonly Sign[] => {
    if (row.of !== 'sysctl' || row.name !== filter || row.value !== '2') return []
    if (isOlder.some((one) => one === false))
      return [sign(row, 'against', 'a Calico since 3.12 runs with a loose filter')]
    return [
      strict
        ? sign(row, 'strong', 'rp_filter is 2, and this Calico is older than 3.12')
        : sign(row, 'weak', 'rp_filter is 2: a Felix before 3.12 refuses to run'),
    ]
  })
}

/** Felix reads only this one. */
const filter = 'net.ipv4.conf.all.rp_filter'

const isIgnored = (view: Reads<'settings'>): boolean =>
  [...felixSettings(view, 'IgnoreLooseRPF'), ...envNamed(view, 'FELIX_IGNORELOOSERPF')].some(isOn)
