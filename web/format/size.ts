/** Sizes for people. */
const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `812 bytes`, `46.1 MiB`: in steps of 1024. */
export const bytesText = (bytes: number): string => {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const count = bytes / 1024 ** step;
  return `${step === 0 ? count : count.toFixed(1)} ${UNITS[step] ?? ''}`;
};

/** Whole numbers with their thousands apart. */
export const countText = (count: number): string => count.toLocaleString('en');
