import { Queue as BullQueue, Job } from 'bullmq';

/** Data that is JSON already: BullMQ would write it as JSON once more. */
export class JsonText {
  constructor(readonly text: string) {}

  /** What BullMQ would write of it: nothing, the text stands in its place. */
  toJSON(): null {
    return null;
  }
}

class TextJob extends Job<JsonText> {
  override asJSON(): ReturnType<Job['asJSON']> {
    const written = super.asJSON();
    // One that was read back has what the text says.
    return this.data instanceof JsonText ? { ...written, data: this.data.text } : written;
  }
}

/** A BullMQ queue whose jobs are added with a `JsonText`; whoever takes them gets what it says. */
export class TextQueue extends BullQueue {
  protected override get Job(): typeof Job {
    return TextJob as unknown as typeof Job;
  }
}
