/** The init container that puts the CNI plugin on the host, and the writer of the plugin’s token. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const installCniEntries = [
  ...from('projectcalico/calico:cni-plugin/pkg/install/install.go', {
    'install-cni/directory-read-only': [
      ' is not writeable, skipping',
      /(?<path>\/\S{1,200}) is not writeable, skipping/,
      'a folder for CNI programs cannot be written',
    ],
    'install-cni/binaries-written': [
      'wrote calico cni binaries to ',
      /Wrote Calico CNI binaries to (?<path>\S+)/,
      'the CNI programs are on the host',
    ],
    'install-cni/plugin-version': [
      'cni plugin version: ',
      /CNI plugin version: (?<version>\S+)/,
      'which CNI plugin was installed',
    ],
    'install-cni/config-created': [
      'created /',
      /^Created (?<path>\/(?:host\/)?etc\/cni\/\S+)/,
      'the CNI configuration is on the host',
    ],
    'install-cni/directory-failed': [
      'directory /',
      logged(/Failed to (?:create directory|check if directory) (?<path>\/\S+)/),
      'a folder of the host cannot be made or looked at',
    ],
    'install-cni/client-failed': [
      'unable to create client for generating cni token',
      logged(/Unable to create client for generating CNI token/),
      'the init container has no way to the API server',
    ],
    'install-cni/namespace-unreadable': [
      'failed to read service account namespace file',
      logged(/Failed to read service account namespace file/),
      'the pod’s service account is not mounted',
    ],
    'install-cni/tls-failed': [
      'error loading tls files',
      logged(/Error loading TLS files/),
      'the kubeconfig of the plugin cannot be made',
    ],
    'install-cni/ipam-unfit': [
      'calico vxlan requires ipam type calico-ipam',
      /Calico VXLAN requires IPAM type calico-ipam, not (?<value>\S+)/,
      'the CNI configuration names an IPAM that VXLAN cannot work with',
    ],
    'install-cni/in-pod': [
      'running as a kubernetes pod',
      /Running as a Kubernetes pod/,
      'the installer starts',
    ],
    'install-cni/skipped': [
      'skipping installation of ',
      /Skipping installation of (?<path>\S+)/,
      'a CNI program was left as it is',
    ],
  }),
  ...from('projectcalico/cni-plugin:k8s-install/scripts/install-cni.sh', {
    'install-cni/not-mounted': [
      'is non-writeable, skipping',
      /(?<path>\/\S{1,200}) is non-writeable, skipping/,
      'a folder for CNI programs cannot be written',
    ],
    'install-cni/copy-failed': [
      'this may be caused by selinux configuration on the host',
      /Failed to (?<what>copy|mv) (?:(?<source>\S+) to (?<path>\S+?)|files)\. This may be caused by selinux configuration on the host/,
      'a CNI program or its configuration could not be copied to the host',
    ],
    'install-cni/copy-refused': [
      " '/host/",
      /(?<program>cp|mv): .{0,60}? '(?<path>\/host\/[^'\n]{1,200})'[^:\n]{0,200}: (?<error>.+)/,
      'a CNI program or its configuration could not be copied to the host, and why',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/cni/token_watch.go', {
    'cni/token-update-triggered': [
      'update of cni kubeconfig triggered',
      /Update of CNI kubeconfig triggered(?: based on (?<reason>[^.]+))?/,
      'the CNI plugin’s token is due',
    ],
    'cni/token-rotated': [
      'projected service account token changed; refreshing cni kubeconfig',
      /Projected service account token changed; refreshing CNI kubeconfig/,
      'calico-node’s own token changed; the plugin gets a new one',
    ],
    'cni/token-watcher-failed': [
      'token directory watcher',
      logged(
        /(?:Failed to set up CNI token directory watcher|Token directory watcher channel closed unexpectedly)/,
      ),
      'the plugin’s token is renewed by the clock only',
    ],
    'cni/own-token-unreadable': [
      'service account token',
      logged(
        /(?:Failed to (?:read|decode|unmarshal) service account token (?:file|claims)|Failed parsing service account token|Service account token (?:has no expiration claim|expiration claim is not a number))/,
      ),
      'calico-node cannot read its own token',
    ],
    'cni/kubeconfig-failed': [
      'error generating kube config',
      logged(/Error generating kube config/),
      'the CNI plugin’s kubeconfig cannot be made',
    ],
  }),
]
