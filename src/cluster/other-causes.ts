/** Errors that have a cause of their own, whatever the program that quotes them was about to do. */
export const errorsOfOthers: readonly string[] = [
  'api/forbidden',
  'api/unauthorized',
  'api/admission-denied',
  'api/webhook-failed',
  'dial/refused',
  'dial/timeout',
  'dial/no-route',
  'tls/expired',
  'tls/unknown-authority',
]
