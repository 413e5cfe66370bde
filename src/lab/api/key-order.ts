/** Puts a key where it belongs in the order, or takes it out. */
export function reorder(keys: string[], key: string, o: { readonly isThere: boolean }): void {
  const at = placeIn(keys, key)
  if (o.isThere) keys.splice(at, 0, key)
  else keys.splice(at, 1)
}

/** Where in the order a key is, or would be. */
function placeIn(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}
