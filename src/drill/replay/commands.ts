/** The command in the text of an action, where the text holds one that can be typed as it is. */

import { passagesOf } from '#drill/replay/passages.ts'
import type { Action } from '#drill/replay/types.ts'
import { piecesOf } from '#drill/replay/words.ts'

export function actionOf(text: string): Action {
  const command = commandIn(text)
  return command === undefined ? { text } : { text, command }
}

function commandIn(text: string): string | undefined {
  const passages = passagesOf(text)
  const block = passages.find((each) => 'code' in each)
  if (block !== undefined && 'code' in block) return block.code
  const [first] = passages
  return first === undefined || !('paragraph' in first)
    ? undefined
    : (marked(first.paragraph) ?? copied(first.paragraph))
}

/** Code in the text, with at least one argument, that ends its clause: `kubectl exec` before "a pod" is only part of one. */
function marked(paragraph: string): string | undefined {
  const pieces = piecesOf(paragraph)
  for (const [at, piece] of pieces.entries()) {
    if (!('code' in piece) || !looksLikeCommand(piece.code)) continue
    const next = pieces[at + 1]
    const after = next !== undefined && 'words' in next ? next.words : ''
    if (/^\s*(?:$|[.,;:(—–]|(?:and|on|to|for|until|returns?|shows?|should|must|from|then)\b)/.test(after))
      return piece.code
  }
  return undefined
}

/** Copied text has lost its marks: what follows a colon and has options, a pipe or a path. */
function copied(paragraph: string): string | undefined {
  const tail = /^[^`]*: (?<tail>[^`]+)$/.exec(paragraph)?.groups?.tail
  if (tail === undefined || !looksLikeCommand(tail) || !programs.test(tail)) return undefined
  return / --?[a-z]|[|=]|\s\/|\s\S+\/\S/i.test(tail) && !/[.,;] |\b(?:and|the|should|a pod)\b/.test(tail)
    ? tail
    : undefined
}

const looksLikeCommand = (text: string): boolean => /^(?:sudo )?[a-z][\w.-]* +\S/.test(text)

const programs =
  /^(?:sudo )?(?:kubectl|oc|calicoctl|ibmcloud|helm|docker|crictl|ctr|systemctl|journalctl|ip|ss|ping|curl|dig|nslookup|nc|ssh|scp|ls|cat|grep|chmod|chown|mount|df|du|ps|iptables|nft|ethtool|tcpdump|birdcl|vtysh|ansible(?:-playbook)?|terraform|racadm|ipmitool|mdadm|lsblk|dmesg|sysctl|modprobe|traceroute|mtr|nmcli|networkctl|smartctl|restorecon|getenforce|chronyc|timedatectl)\b/
