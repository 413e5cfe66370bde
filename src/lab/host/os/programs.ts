import { awk } from '#lab/host/commands/awk.ts'
import { runuser, setpriv, su, sudo, wrapper } from '#lab/host/commands/become.ts'
import { chroot } from '#lab/host/commands/chroot.ts'
import { date, hostnamectl, timedatectl, timesyncd } from '#lab/host/commands/clock.ts'
import { cmp, diff } from '#lab/host/commands/compare.ts'
import { cp, mv } from '#lab/host/commands/copy.ts'
import { base64, digest } from '#lab/host/commands/digests.ts'
import { dd, df, du, fallocate, truncate } from '#lab/host/commands/disk.ts'
import { head, tail } from '#lab/host/commands/ends.ts'
import { chmod, chown, ln, mkdir, rm, rmdir, touch } from '#lab/host/commands/files.ts'
import { find } from '#lab/host/commands/find.ts'
import { getent } from '#lab/host/commands/getent.ts'
import { grep } from '#lab/host/commands/grep.ts'
import { gunzip } from '#lab/host/commands/gunzip.ts'
import { hostname, id, uname, whoami } from '#lab/host/commands/identity.ts'
import { ls } from '#lab/host/commands/ls.ts'
import { dmesg, logger, nothing, reboot, sysctl } from '#lab/host/commands/machine.ts'
import { lsmod, modinfo, modprobe, systemdModulesLoad } from '#lab/host/commands/modules.ts'
import { findmnt, mount, umount } from '#lab/host/commands/mount.ts'
import { nsenter } from '#lab/host/commands/namespaces.ts'
import { kill, pgrep, pidof, pkill, ps } from '#lab/host/commands/processes.ts'
import { sed } from '#lab/host/commands/sed.ts'
import {
  basename,
  dirname,
  echo,
  env,
  printenv,
  printf,
  pwd,
  readlink,
  seq,
  sleep,
  testProgram,
  timeout,
  which,
  xargs,
} from '#lab/host/commands/shell-words.ts'
import { arch, groups, install, mktemp, nl, nproc, paste, rev, tac, top } from '#lab/host/commands/small.ts'
import { free, stat, uptime } from '#lab/host/commands/status.ts'
import { tar } from '#lab/host/commands/tar.ts'
import { tee } from '#lab/host/commands/tee.ts'
import { cat, cut, sort, tr, uniq, wc } from '#lab/host/commands/text.ts'
import { osUpdate } from '#lab/host/os/update.ts'
import type { Program } from '#lab/host/ports.ts'
import { sh } from '#lab/host/shell/shell.ts'
import { systemd } from '#lab/host/systemd/init.ts'
import { journalctl } from '#lab/host/systemd/journalctl.ts'
import { systemctl } from '#lab/host/systemd/systemctl.ts'
import { systemdTmpfiles } from '#lab/host/systemd/tmpfiles.ts'

/** What a minimal image has too: a shell and small tools. */
export const smallTools: Readonly<Record<string, Program>> = {
  '[': testProgram,
  arch,
  awk,
  base64,
  basename,
  bash: sh,
  cat,
  chgrp: chown,
  chmod,
  chown,
  chroot,
  cmp,
  cp,
  cut,
  date,
  dd,
  df,
  diff,
  dirname,
  du,
  echo,
  env,
  false: async () => 1,
  find,
  free,
  getent,
  grep,
  egrep: grep,
  groups,
  gunzip,
  head,
  hostname,
  id,
  install,
  kill,
  killall: pkill,
  ln,
  ls,
  md5sum: digest,
  mkdir,
  mktemp,
  mount,
  mv,
  nice: wrapper,
  nl,
  nohup: wrapper,
  nproc,
  paste,
  pgrep,
  pidof,
  pkill,
  printenv,
  printf,
  ps,
  pwd,
  readlink,
  realpath: readlink,
  rev,
  rm,
  rmdir,
  sed,
  seq,
  sh,
  sha1sum: digest,
  sha256sum: digest,
  sha512sum: digest,
  sleep,
  sort,
  stat,
  sync: nothing,
  sysctl,
  tac,
  tail,
  tar,
  tee,
  test: testProgram,
  timeout,
  top,
  touch,
  tr,
  true: nothing,
  truncate,
  umount,
  uname,
  uniq,
  uptime,
  wc,
  which,
  whoami,
  xargs,
  zcat: gunzip,
}

/** What a machine has under /usr/sbin. */
export const systemTools: Readonly<Record<string, Program>> = {
  dmesg,
  fallocate,
  findmnt,
  halt: reboot,
  logger,
  lsmod,
  modinfo,
  modprobe,
  nsenter,
  'os-update': osUpdate,
  poweroff: reboot,
  reboot,
  runuser,
  setpriv,
  shutdown: reboot,
  su,
  sudo,
}

export const systemPrograms: Readonly<Record<string, Program>> = {
  hostnamectl,
  journalctl,
  systemctl,
  systemd,
  'systemd-modules-load': systemdModulesLoad,
  'systemd-timesyncd': timesyncd,
  'systemd-tmpfiles': systemdTmpfiles,
  timedatectl,
}
