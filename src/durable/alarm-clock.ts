// The object's one alarm: always at the earliest time something is due. Setting it costs a write, so it is remembered.

export class AlarmClock {
  /** When the alarm rings, as far as this instance knows; null: not armed. */
  #armedAt: number | null = null;
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
    if (this.#armedAt !== null && this.#armedAt <= at) return;
    this.#set(at);
  }

  /** Sets the alarm to exactly `at`; null takes it away. */
  arm(at: number | null): void {
    if (at === this.#armedAt) return;
    if (at === null) {
      this.#armedAt = null;
      void this.#storage.deleteAlarm();
    } else this.#set(at);
  }

  /** The runtime took the alarm away by ringing it. */
  rang(): void {
    this.#armedAt = null;
  }

  #set(at: number): void {
    this.#armedAt = at;
    void this.#storage.setAlarm(at);
  }
}
