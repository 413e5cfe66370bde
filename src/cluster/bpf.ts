/** Calico's eBPF data plane: whether it is on, and its way to the API server. */
import { familyOf } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow } from '#cluster/relations.ts'
import { envNamed, felixSettings, isOn, settingsNamed } from '#cluster/settings.ts'

/** The setting that switches eBPF on, in whichever place; undefined where none was shown, or it is off. */
export const bpfOn = (view: Reads<'settings'>): Fact<SettingRow> | undefined =>
  felixSettings(view, 'BPFEnabled').find(isOn) ??
  settingsNamed(view, 'Installation', 'linuxDataplane').find(({ value }) => value === 'BPF')

/** Whether somebody says that eBPF is off. */
export const isBpfOff = (view: Reads<'settings'>): boolean =>
  bpfOn(view) === undefined &&
  (felixSettings(view, 'BPFEnabled').length > 0 ||
    settingsNamed(view, 'Installation', 'linuxDataplane').length > 0)

/**
 * The API server's own address that calico-node was given (ConfigMap kubernetes-services-endpoint), instead of the Service's,
 * which only works once eBPF does.
 *
 * @see tigera/operator:pkg/render/common/k8s.go (kubernetes-services-endpoint)
 */
export const apiEndpoints = (view: Reads<'settings'>): readonly Fact<SettingRow>[] =>
  envNamed(view, 'KUBERNETES_SERVICE_HOST')

/** Whether it is a name, which somebody has to resolve first. */
export const isName = ({ value }: SettingRow): boolean =>
  familyOf(value.trim()) === undefined && /^[a-z0-9][\w.-]*$/i.test(value.trim())
