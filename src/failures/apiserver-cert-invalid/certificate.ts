/**
 * Whether a file, or a line of `kubeadm certs check-expiration`, is the API server's serving certificate: neither that with which it
 * calls kubelets and etcd, nor Calico's own API server's.
 */
export const isOfApiServer = (of: string): boolean =>
  /^(?:kube-)?apiserver(?:\.(?:crt|pem|cert))?$/.test(of.split('/').at(-1) ?? '') ||
  /^[\w.-]{1,253}:6443$/.test(of)
