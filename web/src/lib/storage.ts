/** localStorage that a privacy setting or a full disk cannot break: reading then gives the fallback. */

export function readStored<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`weir.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** @returns false when the browser refused; the setting then lasts as long as the page. */
export function writeStored(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(`weir.${key}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
