/** The aggregated API `v3.projectcalico.org`, which the Calico API server serves. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import type { ApiServiceRow, PodRow } from '#cluster/relations.ts'

/** Calico's API of any version: `v3.projectcalico.org`; not the one that holds its CRDs, which the API server itself serves. */
export const isCalicoApi = ({ name }: Pick<ApiServiceRow, 'name'>): boolean =>
  /^v\w{1,12}\.projectcalico\.org$/.test(name)

/** What the rows show of it, available or not. */
export const calicoApis = (view: Reads<'apiServices'>): readonly Fact<ApiServiceRow>[] =>
  view.rows('apiServices').filter(isCalicoApi)

/** @see tigera/operator:pkg/render/apiserver.go (calico-api; up to 3.25 tigera's name for it) */
export const isCalicoApiService = (name: string | undefined): boolean =>
  name === 'calico-api' || name === 'calico-apiserver' || name === 'tigera-api'

export const isCalicoApiPod = ({ name }: Pick<PodRow, 'name'>): boolean =>
  /^(?:calico|tigera)-apiserver(?:-|$)/.test(name)

/** Whether an error of an aggregated API is about Calico's: by its name, its URL, its Service, or the resource asked for. */
export function isAboutCalicoApi({ params }: Message): boolean {
  const { apiService = '', url = '', service, groups = '', group = '', resource = '' } = params
  return (
    isCalicoApiService(service) ||
    /\/apis\/projectcalico\.org\//.test(url) ||
    [apiService, resource, group].some((one) => one.includes('projectcalico.org') && !one.includes('crd.')) ||
    /(?:^|[\s,])projectcalico\.org\//.test(groups)
  )
}
