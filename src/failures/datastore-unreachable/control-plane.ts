import type { PodRow } from '#cluster/relations.ts'

/** The static pod of an API server; not Calico's own, which serves `projectcalico.org`. */
export const isApiServerPod = ({ name }: PodRow): boolean => /^kube-apiserver-/.test(name)

export const isEtcdPod = ({ name, namespace }: PodRow): boolean =>
  /^etcd-/.test(name) && (namespace === 'kube-system' || namespace === 'openshift-etcd' || namespace === '')
