import { awk } from '#lab/host/commands/awk.ts'
import { chroot } from '#lab/host/commands/chroot.ts'
import { date, hostnamectl, timedatectl, timesyncd } from '#lab/host/commands/clock.ts'
import { cp, mv } from '#lab/host/commands/copy.ts'
import { dd, df, du, fallocate, truncate } from '#lab/host/commands/disk.ts'
import { head, tail } from '#lab/host/commands/ends.ts'
import { chmod, chown, ln, mkdir, rm, rmdir, touch } from '#lab/host/commands/files.ts'
import { find } from '#lab/host/commands/find.ts'
import { grep } from '#lab/host/commands/grep.ts'
import { getent, hostname, id, uname, whoami } from '#lab/host/commands/identity.ts'
import { ls } from '#lab/host/commands/ls.ts'
import { dmesg, logger, nothing, reboot, sysctl } from '#lab/host/commands/machine.ts'
import { lsmod, modinfo, modprobe, systemdModulesLoad } from '#lab/host/commands/modules.ts'
import { findmnt, mount, umount } from '#lab/host/commands/mount.ts'
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
  awk,
  basename,
  bash: sh,
  cat,
  chgrp: chown,
  chmod,
  chown,
  chroot,
  cp,
  cut,
  date,
  dd,
  df,
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
  head,
  hostname,
  id,
  kill,
  killall: pkill,
  ln,
  ls,
  mkdir,
  mount,
  mv,
  pgrep,
  pidof,
  pkill,
  printenv,
  printf,
  ps,
  pwd,
  readlink,
  realpath: readlink,
  rm,
  rmdir,
  sed,
  seq,
  sh,
  sleep,
  sort,
  stat,
  sync: nothing,
  sysctl,
  tail,
  tar,
  tee,
  test: testProgram,
  timeout,
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
  'os-update': osUpdate,
  poweroff: reboot,
  reboot,
  shutdown: reboot,
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
