/** Services of a host that change its network or its clock: firewalld, NetworkManager, systemd-networkd, chrony … */
import { from } from '#cluster/messages/entries.ts'

export const hostServiceEntries = [
  ...from('firewalld/firewalld:src/firewall/core/fw.py', {
    'firewalld/command-failed': [
      'command_failed: ',
      /(?:WARNING|ERROR): COMMAND_FAILED: (?<error>[^\n]+)/,
      'firewalld’s call of iptables or nft failed',
    ],
    'firewalld/conflict': [
      'already bound to a zone',
      /ZONE_CONFLICT: '?(?<interface>[^'\s]{1,40})'? already bound to a zone/,
      'an interface is in another zone already',
    ],
    'firewalld/allow-zone-drifting': [
      'allowzonedrifting is enabled',
      /AllowZoneDrifting is enabled/,
      'harmless here: firewalld runs on this host',
    ],
  }),
  ...from('firewalld/firewalld:src/firewall/core/nftables.py', {
    'firewalld/packet-refused': [
      ' in=',
      /(?<rule>\b\w{1,40}_(?:REJECT|DROP)): IN=(?<in>[\w.@-]{0,20}) OUT=(?<out>[\w.@-]{0,20}) .{0,200}?SRC=(?<source>[\da-fA-F.:]{2,45}) DST=(?<destination>[\da-fA-F.:]{2,45})/,
      'firewalld refused a packet and wrote it down',
    ],
  }),
  ...from('jkeenan/ufw:src/backend_iptables.py', {
    'ufw/packet-refused': [
      '[ufw block]',
      /\[UFW BLOCK\] IN=(?<in>[\w.@-]{0,20}) OUT=(?<out>[\w.@-]{0,20}) .{0,200}?SRC=(?<source>[\da-fA-F.:]{2,45}) DST=(?<destination>[\da-fA-F.:]{2,45})/,
      'ufw refused a packet and wrote it down',
    ],
  }),
  ...from('systemd/systemd:src/core/job.c', {
    'firewalld/started': [
      'dynamic firewall daemon',
      /^(?<what>Started|Reloaded|Starting|Reloading) firewalld(?:\.service)? - dynamic firewall daemon/,
      'firewalld was started or reloaded: it flushes rules of others',
    ],
  }),
  ...from('NetworkManager/NetworkManager:src/core/devices/nm-device.c', {
    'network-manager/state-changed': [
      'state change: ',
      /(?:device )?\((?<interface>(?:cali|tunl|vxlan|wireguard|kube-ipvs|veth|lo|en|eth|bond|br)[\w.@-]{0,30})\): (?:device )?state change: (?<from>[\w-]{3,20}) -> (?<to>[\w-]{3,20})(?: \(reason '(?<reason>[^']{1,60})'(?:, (?:sys-iface-state|managed-type): '(?<managed>[a-z-]{1,20})')?)?/,
      'NetworkManager changed the state of an interface',
    ],
    'network-manager/took-calico': [
      'manager: (',
      /manager: \((?<interface>(?:cali|tunl|vxlan\.calico|wireguard\.cali)[\w.-]{0,30})\): new (?<kind>[\w ]{2,30}) device/,
      'NetworkManager looks at one of Calico’s interfaces',
    ],
    'network-manager/policy-set': [
      'policy: set ',
      /policy: set '(?<connection>[^']{1,80})' \((?<interface>[\w.@-]{1,20})\) as default for (?<family>IPv[46]) routing/,
      'NetworkManager set the host’s default route',
    ],
  }),
  ...from('systemd/systemd:src/network/networkd-link.c', {
    'networkd/carrier-lost': [
      ': lost carrier',
      /^(?<interface>[\w.@-]{1,20}): Lost carrier$/,
      'an interface lost its link',
    ],
    'networkd/link-down': [
      ': link down',
      /^(?<interface>[\w.@-]{1,20}): Link DOWN$/,
      'an interface went down',
    ],
    'networkd/configured-failed': [
      'could not ',
      /^(?<interface>[\w.@-]{1,20}): Could not (?<what>set route|set address|bring up interface|set up \w{3,20}|configure \w{3,20})[^:\n]{0,40}: (?<error>[A-Z][\w ]{3,80})/i,
      'networkd cannot set up an interface',
    ],
  }),
  ...from('systemd/systemd:src/network/networkd-dhcp4.c', {
    'networkd/lease-lost': [
      'dhcp lease lost',
      /(?:(?<interface>[\w.@-]{1,20}): )?DHCP lease lost/,
      'an interface lost its address',
    ],
    'networkd/address-leased': [
      'dhcpv4 address ',
      /(?<interface>[\w.@-]{1,20}): DHCPv4 address (?<address>[\d.]{7,15}\/\d{1,2})/,
      'an interface got its address',
    ],
  }),
  ...from('mlichvar/chrony:reference.c', {
    'chrony/clock-stepped': [
      'system clock was stepped by ',
      /System clock was stepped by (?<seconds>-?[\d.]{1,24}) seconds/,
      'the clock of this machine was wrong and was set at once',
    ],
    'chrony/clock-wrong': [
      'system clock wrong by ',
      /System clock wrong by (?<seconds>-?[\d.]{1,24}) seconds/,
      'the clock of this machine is wrong',
    ],
    'chrony/no-source': [
      "can't synchronise",
      /Can't synchronise: (?<error>[a-z][\w ]{3,60})/,
      'the clock of this machine is not set by any server',
    ],
  }),
  ...from('mlichvar/chrony:sched.c', {
    'chrony/time-jump': [
      'time jump detected',
      /(?<direction>Forward|Backward) time jump detected/,
      'the clock of this machine was set by somebody, or the machine stood still',
    ],
  }),
  ...from('ntp-project/ntp:ntpd/ntp_loopfilter.c', {
    'ntp/time-reset': [
      'time reset ',
      /time reset (?<seconds>[+-][\d.]{1,24}) s/,
      'the clock of this machine was wrong and was set at once',
    ],
  }),
  ...from('systemd/systemd:src/timesync/timesyncd.c', {
    'timesyncd/clock-unset': [
      'system clock time unset or jumped backwards',
      /System clock time unset or jumped backwards, restor(?:ed|ing) from recorded timestamp/,
      'the machine started with a wrong clock',
    ],
    'timesyncd/server-timeout': [
      'timed out waiting for reply from ',
      /Timed out waiting for reply from (?<server>\S{1,120})/,
      'a time server does not answer',
    ],
  }),
]
