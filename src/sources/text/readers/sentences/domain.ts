/** Whether a sentence may be about clusters and their networks at all: most of a chat is not. */
import { literalIndex } from '#cluster/messages/literals.ts'

/**
 * The roots of the words by which the readers of sentences know their things: who teaches them a new thing adds its root, or
 * they are never asked about it.
 */
const roots =
  'pod node host machine server worker vm container kube k8s calico tigera felix bird typha cni bgp peer mesh route router subnet vlan network traffic connect internet egress outbound external outside dns resolv resolution lookup service svc api etcd ping icmp tcp udp http curl tls ssh ipv v4 v6 addres dhcp interface nic device tunnel vxlan ipip encaps wireguard mtu packet frame firewall ufw iptables nft ipset chain rule polic deny allow port reboot restart upgrad downgrad updat patch kernel module operating ubuntu debian rhel centos apt yum dnf cpu load memory oom disk space mount volume limit conntrack proxy nat cloud security group acl nsg zone rack region flannel weave cilium canal antrea rename label taint daemon image registry certificat token unit systemd docker containerd crio cri-o runtime kubelet selinux checksum offload forward latency throughput bandwidth bit/s slow download upload transfer timeout time hang stall fixed cured solved heals recover itself vanish hypervisor switch openstack vsphere azure aws gke eks iks roks rancher rke minikube kind cluster setting config mode backend legacy protocol esxi nsx psp admission webhook hotfix iam role'.split(
    ' ',
  )

/** Settings, commands and changes stand in sentences by their own marks. */
const marks = ['_', '->', '=>', '`', '/']

const index = literalIndex([...roots, ...marks])

export const mayTell = (sentence: string): boolean =>
  index.find(sentence).length > 0 || /[→⇒➜]/.test(sentence) || /\b(?:ip|os|ips)\b/i.test(sentence)
