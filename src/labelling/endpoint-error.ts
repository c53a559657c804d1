/** The endpoint could not be asked; `isFinal` where it would refuse any other question too. The key is not in the text. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly isFinal: boolean;

  constructor(message: string, isFinal: boolean) {
    super(message);
    this.isFinal = isFinal;
  }
}
