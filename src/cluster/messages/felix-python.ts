/** Felix of Calico 1.x, written in Python (`calico.felix.…`), and its last words in a traceback. */
import { from } from '#cluster/messages/entries.ts'

const python = 'projectcalico/felix:calico/felix'

export const felixPythonEntries = [
  ...from(`${python}/futils.py`, {
    'felix/system-call-failed': [
      'failed system call',
      /Failed system call \(retcode : (?<code>-?\d+|None), args : (?<command>[^\n]{1,500}?)\)(?:\s*$|\s+stdout ?:)/,
      'a program that Felix called (iptables, ip, ipset) failed; its output follows',
    ],
    'felix/system-call-raised': [
      'failedsystemcall(',
      /FailedSystemCall\((?<command>[^)]{1,300})/,
      'a program that Felix called (iptables, ip, ipset) failed',
    ],
    'felix/system-call-stderr': [
      'stderr  : ',
      /^ {0,8}stderr {2}: (?<error>\S.*)/,
      'what the program that Felix called said',
    ],
  }),
  ...from(`${python}/actor.py`, {
    'felix/actor-exception': [
      'exception processing ',
      /Exception processing (?<message>\S+(?: \([^)]*\))?)/,
      'a part of Python Felix failed; the traceback says why',
    ],
  }),
  ...from(`${python}/felix.py`, {
    'felix/greenlet-killed': [
      'exception killing main greenlet',
      /Exception killing main greenlet/,
      'Python Felix ends; the traceback says why',
    ],
    'felix/exiting-on-exception': [
      'felix exiting due to exception',
      /Felix exiting due to exception/,
      'Python Felix ends; the traceback says why',
    ],
  }),
  ...from(`${python}/devices.py`, {
    'felix/kernel-config-bad': [
      'net.ipv4.conf.all.rp_filter set to ',
      /net\.ipv4\.conf\.all\.rp_filter set to '(?<value>\w+)'/,
      'the host’s reverse path filter is loose; this Felix refuses to run with it',
    ],
    'felix/tool-missing': [
      '; calico requires ',
      /Failed to (?:execute|find) (?<tool>conntrack|ipset|iptables(?:-save|-restore)?); Calico requires/,
      'a program that Felix needs is not there',
    ],
    'felix/ipv6-disabled': [
      'ipv6 support disabled: ',
      /IPv6 support disabled: (?<reason>.+)/,
      'Python Felix does nothing for IPv6',
    ],
  }),
  ...from(`${python}/fetcd.py`, {
    'felix/etcd-connection-failed': [
      'connection to etcd failed',
      /Connection to etcd failed(?: with|:)? (?<error>.+)/,
      'Python Felix does not reach etcd',
    ],
    'felix/etcd-request-failed': [
      'request to etcd failed: ',
      /Request to etcd failed: (?<error>.+?); resyncing/,
      'Python Felix lost etcd and reads everything again',
    ],
    'felix/etcd-not-ready': [
      'ready flag not present in etcd',
      /Ready flag not present in etcd/,
      'nobody marked the datastore as ready; Felix waits',
    ],
    'felix/etcd-config-failed': [
      ' from etcd: ',
      /Failed to load (?<what>Ready flag|config) from etcd: (?<error>.+)/,
      'Python Felix cannot read its settings',
    ],
    'felix/etcd-driver-died': [
      'driver process died with rc = ',
      /Driver process died with RC = (?<code>-?\d+)/,
      'Python Felix lost its etcd process and ends',
    ],
  }),
  ...from(`${python}/ipsets.py`, {
    'felix/ipset-too-large': [
      'exceeds maximum size ',
      /ipset (?<set>\S+) exceeds maximum size (?<max>\d+)/,
      'a policy selects more addresses than an IP set may hold',
    ],
    'felix/ipset-update-failed': [
      'failed to update ipset ',
      /Failed to update ipset (?<set>[^\s,]+)/,
      'the kernel refused an IP set',
    ],
  }),
  ...from(`${python}/fiptables.py`, {
    'felix/iptables-rc': [
      'non-retryable ',
      /Non-retryable (?<command>\S+) failure\. RC=(?<code>-?\d+)/,
      'iptables refused Python Felix’s rules',
    ],
    'felix/chain-delete-failed': [
      'failed to delete chain ',
      /Failed to delete chain (?<chain>\S+), giving up/,
      'somebody else still refers to Calico’s chain',
    ],
  }),
  ...from(`${python}/frules.py`, {
    'felix/ipip-device-failed': [
      'failed to configure ipip device, retrying',
      /Failed to configure IPIP device, retrying/,
      'Python Felix cannot set up tunl0',
    ],
  }),
]
