/**
 * Takes a key out of a text that is about to be shown or kept: the key itself, and anything that looks like one (endpoints
 * like to repeat the beginning of the key that they refuse).
 */
export function redact(text: string, apiKey: string | undefined): string {
  const without = apiKey ? text.replaceAll(apiKey, '[key]') : text;
  return without.replace(/\bsk-[\w*.-]+/g, '[key]').replace(/\b(Bearer|Basic)\s+[\w.+/=*-]+/gi, '$1 [key]');
}
