/** Why an answer of the model cannot be used; it is asked again with this reason. */
export class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';
}

/** The longest label, in characters. */
export const MAX_LABEL = 80;

/**
 * Returns a label without white space around it, or throws `InvalidAnswer`: a label is one line of 1 to 80 characters
 * without markup, addresses, control characters or what sounds like an instruction to a model.
 */
export function checkLabel(text: string): string {
  return checkText('label', text, MAX_LABEL);
}

/** As `checkLabel`, for another field of an answer. */
export function checkText(field: string, text: string, most: number): string {
  const trimmed = text.trim();
  const lines = trimmed.split(/[\n\r\u2028\u2029\v\f\u0085]/).length;
  if (trimmed === '') throw new InvalidAnswer(`invalid ${field}: expected text, got none`);
  if (lines > 1) throw new InvalidAnswer(`invalid ${field}: expected one line, got ${lines}`);
  const length = [...trimmed].length;
  if (length > most) throw new InvalidAnswer(`invalid ${field}: expected at most ${most} characters, got ${length}`);
  if (/[\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u.test(trimmed)) {
    throw new InvalidAnswer(`invalid ${field}: expected plain text, got control characters`);
  }
  if (MARKUP.test(trimmed)) throw new InvalidAnswer(`invalid ${field}: expected plain text, got markup`);
  if (ADDRESS.test(trimmed)) throw new InvalidAnswer(`invalid ${field}: expected plain text, got an address`);
  if (INSTRUCTION.test(trimmed)) {
    throw new InvalidAnswer(`invalid ${field}: expected a topic, got an instruction from a message`);
  }
  return trimmed;
}

/** Tags, entities, code, emphasis, headings, bullets, links, braces. `C#`, `Q&A`, `a < b` and `snake_case` are no markup. */
const MARKUP = /<[/!?]?[a-z]|&#?\w+;|`|\*\*|__|~~|^[#>*|-]+\s|\]\s*\(|\[\[|[{}]/i;
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/|\bwww\./i;
const INSTRUCTION =
  /\b(ignore|disregard|forget)\b.{0,20}\b(previous|prior|above|earlier|all)\b|\bsystem prompt\b|\bas an ai\b|\byou (are|must) now\b|\bi cannot (help|assist)\b/i;
