/** The environment variables that configure Calico's containers. */

/**
 * Whether a name is one of theirs, rather than of any program.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/startup.go, node/filesystem/etc/rc.local, libcalico-go/lib/apiconfig/load.go
 */
export const isCalicoVariable = (name: string): boolean =>
  /^(?:FELIX_\w{1,80}|CALICO_\w{1,80}|TYPHA_\w{1,80}|IP6?_AUTODETECTION_METHOD|IP_AUTODETECTION_\w{1,40}|ETCD_(?:ENDPOINTS|DISCOVERY_SRV|CA_CERT_FILE|CERT_FILE|KEY_FILE|AUTHORITY|SCHEME|USERNAME|PASSWORD)|ETCDV3_\w{1,40}|KUBERNETES_SERVICE_(?:HOST|PORT)(?:_HTTPS)?|KUBERNETES_NODE_NAME|CNI_(?:MTU|CONF_NAME|NET_DIR|NETWORK_CONFIG|NETWORK_CONFIG_FILE|OLD_CONF_NAME|PLUGIN_\w{1,40})|UPDATE_CNI_BINARIES|SKIP_CNI_BINARIES)$/.test(
    name,
  ) || plainNames.has(name)

/** Names that are theirs inside their containers, and could be anybody's outside. */
const plainNames: ReadonlySet<string> = new Set([
  'IP',
  'IP6',
  'AS',
  'NODENAME',
  'CLUSTER_TYPE',
  'DATASTORE_TYPE',
  'WAIT_FOR_DATASTORE',
  'WAIT_FOR_STORAGE',
  'NO_DEFAULT_POOLS',
  'USE_POD_CIDR',
  'DISABLE_NODE_IP_CHECK',
  'BGP_LOGSEVERITYSCREEN',
  'ENABLED_CONTROLLERS',
  'SLEEP',
  'SKIP_TLS_VERIFY',
  'RECONCILE_PERIOD',
])

/** Names that tell by themselves that Calico is meant, wherever they stand. */
export const isPlainlyCalicos = (name: string): boolean =>
  isCalicoVariable(name) && name.includes('_') && !/^(?:ETCD|KUBERNETES_|BGP_)/.test(name)
