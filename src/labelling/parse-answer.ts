import type { z } from 'zod';
import { InvalidAnswer } from './check-label.ts';

/** The JSON of an answer, checked against the schema that was sent; throws `InvalidAnswer`. */
export function parseAnswer(schema: z.ZodType, content: string): unknown {
  const parsed = schema.safeParse(jsonOf(content));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidAnswer(`invalid answer: ${issue?.path.join('.') || 'JSON'}: ${issue?.message}`);
}

/** Models that do not know structured output put their JSON in a code block or behind their thoughts. */
function jsonOf(content: string): unknown {
  const text = content.replace(/^[\s\S]*<\/think>/, '').trim();
  const inner = /^```(?:json)?\s*([\s\S]*?)\s*```$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(inner);
  } catch {
    throw new InvalidAnswer('invalid answer: expected JSON');
  }
}
