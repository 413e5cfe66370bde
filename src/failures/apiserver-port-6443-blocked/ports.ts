/** Whether a list of ports as people and packet filters write it (`6443`, `80,6443`, `6000:7000`, `6443/tcp`) holds the port by name. */
export const holdsPort = (ports: string | undefined, port: number): boolean =>
  (ports ?? '').split(',').some((part) => {
    const range = /^\s*(?<first>\d{1,5})(?:[:-](?<last>\d{1,5}))?(?:\/tcp)?\s*$/.exec(part)?.groups
    if (range?.first === undefined) return false
    // A range that holds nearly everything was not written for this port.
    const [first, last] = [Number(range.first), Number(range.last ?? range.first)]
    return first <= port && port <= last && last - first < 5000
  })
