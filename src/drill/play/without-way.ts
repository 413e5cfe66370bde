/** Where the text sends its reader is said by the game; in the text it would tell which choice was right. */
export const withoutWay = (result: string): string =>
  result.replace(/\s*\b(?:Proceed to|Leads to) Round \d+\.?/gi, '').trim()
