/** A mistake in the settings: one sentence that names the setting. The program ends with exit code 1. */
export class InvalidSetting extends Error {
  readonly code = 'INVALID_SETTING';
  override name = 'InvalidSetting';
  constructor(
    /** Name in the environment, `REDIS_URL` for example. */
    readonly setting: string,
    message: string,
  ) {
    super(message);
  }
}
