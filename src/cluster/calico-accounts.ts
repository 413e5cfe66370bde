/** Whether a user of the Kubernetes API is an account of Calico's: a service account of its manifests, or a certificate's name. */
export const isCalicoAccount = (user: string): boolean => /(?:^|:)(?:calico|canal|tigera)[\w-]*$/.test(user)
