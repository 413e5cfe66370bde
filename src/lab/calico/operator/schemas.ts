/**
 * What the API server checks of an Installation: tigera/operator:api/v1/installation_types.go. Not imitated: the fields of overrides
 * of single components, which are taken as they come; descriptions beyond the most looked at.
 */
const text = { type: 'string' } as const
const whole = { type: 'integer', format: 'int32' } as const
const flag = { type: 'boolean' } as const
const texts = { type: 'array', items: text } as const
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const

const oneOf = (...values: readonly string[]) => ({ ...text, enum: values }) as const
const object = (properties: Readonly<Record<string, object>>, more: object = {}) => ({
  type: 'object',
  properties,
  ...more,
})
const described = (description: string, schema: object) => ({ description, ...schema })

const enabled = oneOf('Enabled', 'Disabled')
const numberOrText = {
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-int-or-string': true,
} as const

const autodetection = object({
  firstFound: flag,
  kubernetes: oneOf('NodeInternalIP'),
  interface: text,
  skipInterface: text,
  canReach: text,
  cidrs: texts,
})

const pool = object(
  {
    name: text,
    cidr: described('The addresses of the pool, in CIDR notation.', text),
    encapsulation: described(
      'How packets to pods on other nodes are wrapped.',
      oneOf('IPIPCrossSubnet', 'IPIP', 'VXLAN', 'VXLANCrossSubnet', 'None'),
    ),
    natOutgoing: enabled,
    nodeSelector: text,
    blockSize: whole,
    disableBGPExport: flag,
    disableNewAllocations: flag,
    allowedUses: texts,
    assignmentMode: text,
  },
  { required: ['cidr'] },
)

const network = object({
  linuxDataplane: oneOf('Iptables', 'BPF', 'VPP', 'Nftables'),
  windowsDataplane: oneOf('HNS', 'Disabled'),
  bgp: described('Whether nodes exchange routes by BGP.', enabled),
  ipPools: described('The pools that the operator makes.', { type: 'array', items: pool }),
  mtu: described('The largest packet of pods’ devices; found out where it is not set.', whole),
  nodeAddressAutodetectionV4: described('How a node’s own IPv4 address is found.', autodetection),
  nodeAddressAutodetectionV6: autodetection,
  hostPorts: enabled,
  multiInterfaceMode: oneOf('None', 'Multus'),
  containerIPForwarding: enabled,
  sysctl: { type: 'array', items: object({ key: text, value: text }) },
  linuxPolicySetupTimeoutSeconds: whole,
  bpfNetworkBootstrap: enabled,
  kubeProxyManagement: enabled,
})

const spec = object(
  {
    variant: oneOf('Calico', 'TigeraSecureEnterprise', 'CalicoEnterprise'),
    kubernetesProvider: oneOf(
      '',
      'EKS',
      'GKE',
      'AKS',
      'OpenShift',
      'DockerEnterprise',
      'RKE2',
      'TKG',
      'Kind',
    ),
    registry: text,
    imagePath: text,
    imagePrefix: text,
    imagePullSecrets: { type: 'array', items: object({ name: text }) },
    cni: described(
      'The CNI plugin.',
      object({
        type: oneOf('Calico', 'GKE', 'AmazonVPC', 'AzureVNET'),
        ipam: object({ type: oneOf('Calico', 'HostLocal', 'AmazonVPC', 'AzureVNET') }),
        binDir: text,
        confDir: text,
      }),
    ),
    calicoNetwork: described('Calico’s networking.', network),
    controlPlaneReplicas: whole,
    nodeMetricsPort: whole,
    typhaMetricsPort: whole,
    flexVolumePath: text,
    kubeletVolumePluginPath: text,
    nonPrivileged: text,
    nodeUpdateStrategy: object({
      type: text,
      rollingUpdate: object({ maxUnavailable: numberOrText, maxSurge: numberOrText }),
    }),
    componentResources: { type: 'array', items: anything },
  },
  { 'x-kubernetes-preserve-unknown-fields': true },
)

export const installationSchema = object({ spec, status: anything })

/** Of kinds whose fields nobody checks. */
export const openSchema = anything
