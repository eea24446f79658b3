/** What a thrown value says of itself. Never throws, whatever was thrown: it may have no text, or a `message` that throws. */
export function errorText(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'something that cannot be told as text';
  }
}
