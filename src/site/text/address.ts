/** An address that a text of the project may lead to; undefined for those that run scripts or open files. */
export function safeAddress(address: string): string | undefined {
  // browsers skip control characters and blanks within the scheme
  const plain = Array.from(address)
    .filter((c) => c > '\u0020' && c !== '\u007f')
    .join('');
  return /^(https?:\/\/|mailto:)/i.test(plain) ? plain : undefined;
}
