/** Whether a list of endpoints names a scheme for each: `https://10.0.0.5:2379,https://10.0.0.6:2379`. */
export const hasScheme = (endpoints: string): boolean =>
  endpoints
    .split(',')
    .every((endpoint) => /^(?:https?|unix):\/\//.test(endpoint.trim()) || isPlaceholder(endpoint))

/** A template that was not filled in: `__ETCD_ENDPOINTS__`, `http://<ETCD_IP>:<ETCD_PORT>`. */
const isPlaceholder = (endpoint: string): boolean => /^_|[<{$]/.test(endpoint.trim())

/** 2379 of its clients, 4001 of its first releases. Members speak with each other at 2380, which is not Calico's affair. */
export const isEtcdPort = (port: number | undefined): boolean => port === 2379 || port === 4001

/** A file, secret or server by whose name the certificate is etcd's or one of its clients'. */
export const isCertificateOfEtcd = (of: string): boolean => /etcd/i.test(of)
