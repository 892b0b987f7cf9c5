/** Without what looks like something else when it is read out. */
const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const length = 20;

/** Some 117 bits from the browser's own source of chance. */
export function newPassword(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random(new Uint8Array(length * 2))) {
      // What is left over above a whole number of alphabets would make some letters likelier.
      if (byte < Math.floor(256 / letters.length) * letters.length && text.length < length) text += letters[byte % letters.length];
    }
  }
  return text;
}
