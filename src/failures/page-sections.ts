/** The sections of every failure mode's page, in their order. */
export const pageSections = [
  'What you see',
  'What is wrong',
  'How we know',
  'What it is confused with',
  'How it is mended',
  'When not to',
  'Whose it is',
  'Does traffic still flow',
  'Sources',
] as const
