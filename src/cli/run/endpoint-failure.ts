import { DuckTopicsError } from '../../errors.ts';

/** Every statement ended well and is kept, but questions to the endpoint failed: rows stand for them that say so. */
export class EndpointFailure extends DuckTopicsError {
  constructor(failures: number) {
    const questions = failures === 1 ? '1 question' : `${failures} questions`;
    super(`the endpoint failed: ${questions} asked in vain, all statements are done`, {
      mend: 'see the columns status and error; run the script again to ask only what is missing',
    });
  }
}
