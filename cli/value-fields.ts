/** A value in a JSON document. */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text where it is text; other bytes in the base64 that `base64 -d` reads. */
export const valueFields = (value: Uint8Array): { readonly value: string } | { readonly valueBase64: string } => {
  try {
    return { value: utf8.decode(value) };
  } catch {
    return { valueBase64: Buffer.from(value).toString('base64') };
  }
};
