/** Something failed and the reader knows; what called it fails too, without a word. */
export class AlreadyTold extends Error {
  override readonly name = 'AlreadyTold';
}
