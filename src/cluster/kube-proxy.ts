/** kube-proxy as a cluster shows it: pods, mostly; a unit of systemd in clusters that were built by hand. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { PodRow } from '#cluster/relations.ts'

export const kubeProxyPods = (view: Reads<'pods'>): readonly Fact<PodRow>[] =>
  view.rows('pods').filter(({ name, deleting }) => deleting !== true && /^(?:rke2-)?kube-proxy-/.test(name))

/** Whether it is known not to work: it waits, ends again and again, or was never started. */
export const isBroken = ({ ready, status, phase }: PodRow): boolean =>
  ready === false ||
  (ready === undefined && status !== undefined && status !== 'Running') ||
  phase === 'Failed'
