import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type BpfState, detector, symptoms } from '#failures/ebpf-misconfigured/detect.ts'

export const mode: Mode<BpfState> = {
  id: 'ebpf-misconfigured',
  title: 'Calico’s eBPF data plane is set up so that it cannot work',
  owner: 'cluster',
  maturity: 'evidence-only',
  detector,
  symptoms: [...symptoms],
  traffic: 'Partly: Services and the API server’s address fail first; connections that exist may go on.',
  prevent: [
    'Create kubernetes-services-endpoint with an address before eBPF is switched on, and switch kube-proxy off with it.',
    'Let the init container mount bpffs, or mount /sys/fs/bpf at boot.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings', 'pods'],
      why: 'whether eBPF is on, whether kube-proxy runs, and whether calico-node has an address of the API server’s own',
      command: ({ namespace }) =>
        `kubectl get felixconfigurations.crd.projectcalico.org default -o yaml | grep -i bpf; kubectl get pods -n kube-system -o wide | grep kube-proxy; kubectl get configmap -n ${namespace} kubernetes-services-endpoint -o yaml; kubectl get configmap -n tigera-operator kubernetes-services-endpoint -o yaml`,
      cost: 1,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what eBPF or its init container says of maps, programs and mounts',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} --all-containers --tail=2000 | grep -iE "bpf|kube-proxy"`,
    }),
    ask(facts, about, {
      fills: ['endpoints'],
      why: 'whether eBPF’s maps hold the API server’s Service with a back-end',
      command: ({ namespace, pod }) =>
        `kubectl exec -n ${namespace} ${pod} -c calico-node -- calico-node -bpf nat dump; kubectl get endpointslices -n default -o yaml`,
      cost: 4,
    }),
  ],
}
