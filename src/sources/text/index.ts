/** The text source: pasted text, and files of it, as facts. */
export { blockBytes, checkSize, textDecoder } from '#sources/text/input.ts'
export {
  decodeText,
  type PieceReport,
  readText,
  type TextPiece,
  type TextReading,
  textBytesMax,
} from '#sources/text/read-text.ts'
export { type UnreadLine, unreadLines } from '#sources/text/unread-lines.ts'
