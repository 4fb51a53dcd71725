// The object's one alarm: always at the earliest time something is due. Setting it costs a write, so it is remembered.

export class AlarmClock {
  /** When the alarm rings, as far as this instance knows; null: not armed. */
  #armedAt: number | null = null;
  /** While the alarm is at work nothing needs to wake it: it ends with `arm`, which looks at everything that is due. */
  #atWork = false;
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Reads what a former instance armed. */
  async load(): Promise<void> {
    this.#armedAt = await this.#storage.getAlarm();
  }

  get armedAt(): number | null {
    return this.#armedAt;
  }

  /** Makes sure that the alarm rings at `at` or earlier. Milliseconds since the epoch. */
  wakeBy(at: number): void {
    if (this.#atWork) return;
    if (this.#armedAt !== null && this.#armedAt <= at) return;
    this.#set(at);
  }

  /** Sets the alarm to exactly `at`; null takes it away. */
  arm(at: number | null): void {
    this.#atWork = false;
    if (at === this.#armedAt) return;
    if (at === null) {
      this.#armedAt = null;
      void this.#storage.deleteAlarm();
    } else this.#set(at);
  }

  /** The runtime took the alarm away by ringing it. The next one is armed before any work, in case that breaks off. */
  rang(safetyAt: number): void {
    this.#atWork = true;
    this.#set(safetyAt);
  }

  #set(at: number): void {
    this.#armedAt = at;
    void this.#storage.setAlarm(at);
  }
}
