/**
 * Field numbers of the messages that kubectl 1.32 and newer send as protocol buffers:
 * staging:api/core/v1/generated.proto and its neighbours. `number name[:type]`; `[]` is repeated; a name of `.` is
 * inlined in JSON. Types: text (default), int, int? (zero is kept), bool, bool?, bytes, map, bytesmap, or a message.
 */
export const messages: Readonly<Record<string, string>> = {
  ObjectMeta:
    '1 name 2 generateName 3 namespace 5 uid 6 resourceVersion 7 generation:int 8 creationTimestamp:Time 9 deletionTimestamp:Time 10 deletionGracePeriodSeconds:int? 11 labels:map 12 annotations:map 13 ownerReferences[]:OwnerReference 14 finalizers[]',
  OwnerReference: '1 kind 3 name 4 uid 5 apiVersion 6 controller:bool? 7 blockOwnerDeletion:bool?',
  DeleteOptions:
    '1 gracePeriodSeconds:int? 2 preconditions:Preconditions 3 orphanDependents:bool? 4 propagationPolicy 5 dryRun[]',
  Preconditions: '1 uid 2 resourceVersion',
  LabelSelector: '1 matchLabels:map 2 matchExpressions[]:LabelSelectorRequirement',
  LabelSelectorRequirement: '1 key 2 operator 3 values[]',
  ObjectReference: '1 kind 2 namespace 3 name 4 uid 5 apiVersion 6 resourceVersion 7 fieldPath',
  LocalObjectReference: '1 name',

  Namespace: '1 metadata:ObjectMeta 2 spec:NamespaceSpec',
  NamespaceSpec: '1 finalizers[]',
  ConfigMap: '1 metadata:ObjectMeta 2 data:map 3 binaryData:bytesmap 4 immutable:bool?',
  Secret: '1 metadata:ObjectMeta 2 data:bytesmap 3 type 4 stringData:map 5 immutable:bool?',
  ServiceAccount:
    '1 metadata:ObjectMeta 2 secrets[]:ObjectReference 3 imagePullSecrets[]:LocalObjectReference 4 automountServiceAccountToken:bool?',
  Service: '1 metadata:ObjectMeta 2 spec:ServiceSpec',
  ServiceSpec:
    '1 ports[]:ServicePort 2 selector:map 3 clusterIP 4 type 5 externalIPs[] 7 sessionAffinity 8 loadBalancerIP 10 externalName 18 clusterIPs[]',
  ServicePort: '1 name 2 protocol 3 port:int 4 targetPort:IntOrString 5 nodePort:int 6 appProtocol',
  Eviction: '1 metadata:ObjectMeta 2 deleteOptions:DeleteOptions',
  PodDisruptionBudget: '1 metadata:ObjectMeta 2 spec:PodDisruptionBudgetSpec',
  PodDisruptionBudgetSpec:
    '1 minAvailable:IntOrString 2 selector:LabelSelector 3 maxUnavailable:IntOrString 4 unhealthyPodEvictionPolicy',
  PriorityClass: '1 metadata:ObjectMeta 2 value:int 3 globalDefault:bool 4 description 5 preemptionPolicy',

  Role: '1 metadata:ObjectMeta 2 rules[]:PolicyRule',
  ClusterRole: '1 metadata:ObjectMeta 2 rules[]:PolicyRule',
  PolicyRule: '1 verbs[] 2 apiGroups[] 3 resources[] 4 resourceNames[] 5 nonResourceURLs[]',
  RoleBinding: '1 metadata:ObjectMeta 2 subjects[]:Subject 3 roleRef:RoleRef',
  ClusterRoleBinding: '1 metadata:ObjectMeta 2 subjects[]:Subject 3 roleRef:RoleRef',
  Subject: '1 kind 2 apiGroup 3 name 4 namespace',
  RoleRef: '1 apiGroup 2 kind 3 name',

  SelfSubjectAccessReview: '1 metadata:ObjectMeta 2 spec:SelfSubjectAccessReviewSpec',
  SelfSubjectAccessReviewSpec:
    '1 resourceAttributes:ResourceAttributes 2 nonResourceAttributes:NonResourceAttributes',
  ResourceAttributes: '1 namespace 2 verb 3 group 4 version 5 resource 6 subresource 7 name',
  NonResourceAttributes: '1 path 2 verb',
  SelfSubjectRulesReview: '1 metadata:ObjectMeta 2 spec:SelfSubjectRulesReviewSpec',
  SelfSubjectRulesReviewSpec: '1 namespace',
  SelfSubjectReview: '1 metadata:ObjectMeta',
  TokenRequest: '1 metadata:ObjectMeta 2 spec:TokenRequestSpec',
  TokenRequestSpec: '1 audiences[] 3 boundObjectRef:BoundObjectReference 4 expirationSeconds:int',
  BoundObjectReference: '1 kind 2 apiVersion 3 name 4 uid',

  Deployment: '1 metadata:ObjectMeta 2 spec:DeploymentSpec',
  DeploymentSpec:
    '1 replicas:int? 2 selector:LabelSelector 3 template:PodTemplateSpec 4 strategy:DeploymentStrategy 5 minReadySeconds:int 6 revisionHistoryLimit:int? 7 paused:bool 9 progressDeadlineSeconds:int?',
  DeploymentStrategy: '1 type 2 rollingUpdate:RollingUpdate',
  RollingUpdate: '1 maxUnavailable:IntOrString 2 maxSurge:IntOrString',
  Job: '1 metadata:ObjectMeta 2 spec:JobSpec',
  JobSpec:
    '1 parallelism:int? 2 completions:int? 3 activeDeadlineSeconds:int? 4 selector:LabelSelector 5 manualSelector:bool? 6 template:PodTemplateSpec 7 backoffLimit:int? 8 ttlSecondsAfterFinished:int?',
  CronJob: '1 metadata:ObjectMeta 2 spec:CronJobSpec',
  CronJobSpec:
    '1 schedule 2 startingDeadlineSeconds:int? 3 concurrencyPolicy 4 suspend:bool? 5 jobTemplate:JobTemplateSpec',
  JobTemplateSpec: '1 metadata:ObjectMeta 2 spec:JobSpec',

  PodTemplateSpec: '1 metadata:ObjectMeta 2 spec:PodSpec',
  Pod: '1 metadata:ObjectMeta 2 spec:PodSpec',
  PodSpec:
    '1 volumes[]:Volume 2 containers[]:Container 3 restartPolicy 4 terminationGracePeriodSeconds:int? 5 activeDeadlineSeconds:int? 6 dnsPolicy 7 nodeSelector:map 8 serviceAccountName 9 serviceAccount 10 nodeName 11 hostNetwork:bool 12 hostPID:bool 13 hostIPC:bool 14 securityContext:PodSecurityContext 15 imagePullSecrets[]:LocalObjectReference 16 hostname 17 subdomain 19 schedulerName 20 initContainers[]:Container 21 automountServiceAccountToken:bool? 22 tolerations[]:Toleration 24 priorityClassName 25 priority:int? 27 shareProcessNamespace:bool? 30 enableServiceLinks:bool? 31 preemptionPolicy',
  Container:
    '1 name 2 image 3 command[] 4 args[] 5 workingDir 6 ports[]:ContainerPort 7 env[]:EnvVar 8 resources:ResourceRequirements 9 volumeMounts[]:VolumeMount 10 livenessProbe:Probe 11 readinessProbe:Probe 13 terminationMessagePath 14 imagePullPolicy 15 securityContext:SecurityContext 16 stdin:bool 17 stdinOnce:bool 18 tty:bool 19 envFrom[]:EnvFromSource 20 terminationMessagePolicy 22 startupProbe:Probe 24 restartPolicy',
  ContainerPort: '1 name 2 hostPort:int 3 containerPort:int 4 protocol 5 hostIP',
  EnvVar: '1 name 2 value 3 valueFrom:EnvVarSource',
  EnvVarSource: '1 fieldRef:ObjectFieldSelector 3 configMapKeyRef:KeySelector 4 secretKeyRef:KeySelector',
  ObjectFieldSelector: '1 apiVersion 2 fieldPath',
  KeySelector: '1 .:LocalObjectReference 2 key 3 optional:bool?',
  EnvFromSource: '1 prefix 2 configMapRef:EnvSource 3 secretRef:EnvSource',
  EnvSource: '1 .:LocalObjectReference 2 optional:bool?',
  ResourceRequirements: '1 limits:quantities 2 requests:quantities',
  VolumeMount: '1 name 2 readOnly:bool 3 mountPath 4 subPath 5 mountPropagation 6 subPathExpr',
  Probe:
    '1 .:ProbeHandler 2 initialDelaySeconds:int 3 timeoutSeconds:int 4 periodSeconds:int 5 successThreshold:int 6 failureThreshold:int',
  ProbeHandler: '1 exec:ExecAction 2 httpGet:HTTPGetAction 3 tcpSocket:TCPSocketAction',
  ExecAction: '1 command[]',
  HTTPGetAction: '1 path 2 port:IntOrString 3 host 4 scheme',
  TCPSocketAction: '1 port:IntOrString 2 host',
  Volume: '1 name 2 .:VolumeSource',
  VolumeSource:
    '1 hostPath:HostPathVolumeSource 2 emptyDir:EmptyDirVolumeSource 6 secret:SecretVolumeSource 19 configMap:ConfigMapVolumeSource',
  HostPathVolumeSource: '1 path 2 type',
  EmptyDirVolumeSource: '1 medium',
  SecretVolumeSource: '1 secretName 2 items[]:KeyToPath 3 defaultMode:int? 4 optional:bool?',
  ConfigMapVolumeSource: '1 .:LocalObjectReference 2 items[]:KeyToPath 3 defaultMode:int? 4 optional:bool?',
  KeyToPath: '1 key 2 path 3 mode:int?',
  Toleration: '1 key 2 operator 3 value 4 effect 5 tolerationSeconds:int?',
  SecurityContext:
    '1 capabilities:Capabilities 2 privileged:bool? 4 runAsUser:int? 5 runAsNonRoot:bool? 6 readOnlyRootFilesystem:bool? 7 allowPrivilegeEscalation:bool? 8 runAsGroup:int?',
  Capabilities: '1 add[] 2 drop[]',
  PodSecurityContext:
    '2 runAsUser:int? 3 runAsNonRoot:bool? 4 supplementalGroups[]:int? 5 fsGroup:int? 6 runAsGroup:int?',
}

/** Messages that are sent as objects of their own, by apiVersion. */
export const topLevel: Readonly<Record<string, readonly string[]>> = {
  v1: ['Namespace', 'ConfigMap', 'Secret', 'ServiceAccount', 'Service', 'Pod'],
  'apps/v1': ['Deployment'],
  'batch/v1': ['Job', 'CronJob'],
  'policy/v1': ['Eviction', 'PodDisruptionBudget'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'rbac.authorization.k8s.io/v1': ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'],
  'authorization.k8s.io/v1': ['SelfSubjectAccessReview', 'SelfSubjectRulesReview'],
  'authentication.k8s.io/v1': ['SelfSubjectReview', 'TokenRequest'],
}
