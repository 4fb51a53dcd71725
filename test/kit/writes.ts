// Counts what the objects under test write, as the storage API states it: rows of SQL, and alarms set beside them.

export interface Writes {
  rows: number;
  /** Alarms set; the runtime charges each like one row. */
  alarms: number;
}

interface Tally {
  /** Cursors that may still write while they are read. */
  cursors: { readonly rowsWritten: number }[];
  alarms: number;
}

/** Null while nobody counts. */
let tally: Tally | null = null;

/** What was written while `step` ran. */
export async function writesOf(step: () => Promise<unknown>): Promise<Writes> {
  const counting: Tally = { cursors: [], alarms: 0 };
  tally = counting;
  try {
    await step();
  } finally {
    tally = null;
  }
  return { rows: counting.cursors.reduce((sum, cursor) => sum + cursor.rowsWritten, 0), alarms: counting.alarms };
}

/** Makes the storage of an object tell what it writes. */
export function countWrites(storage: DurableObjectStorage): void {
  const { sql } = storage;
  const exec = sql.exec.bind(sql);
  const setAlarm = storage.setAlarm.bind(storage);
  sql.exec = <T extends Record<string, SqlStorageValue>>(query: string, ...bindings: unknown[]) => {
    const cursor = exec<T>(query, ...bindings);
    tally?.cursors.push(cursor);
    return cursor;
  };
  storage.setAlarm = async (at, options) => {
    if (tally) tally.alarms += 1;
    await setAlarm(at, options);
  };
}
