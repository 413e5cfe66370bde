/** The minor release of Kubernetes that a program was built as, `v1.31.9` → 31: texts and defaults changed over the years. */
export const minorOf = (version: string): number => Number(/^v1\.(\d+)/.exec(version)?.[1] ?? 31)
