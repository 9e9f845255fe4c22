// Made by jetlock generate from secrets.schema.json, do not edit.
/* eslint-disable */
import { createSecretsClient, type SecretsClient, type SecretsOptions } from 'jetlock/client';

/** Receipts */
export const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Receipts',
  type: 'object',
  properties: {
    RECEIPT_KEY: { type: 'string', description: 'signs receipts, so that customers can show them' },
    RECEIPT_FOOTER: { type: 'string', description: 'what every receipt ends with', default: 'Thank you.' },
  },
  required: ['RECEIPT_KEY'],
} as const;

/** Names one secret. */
export type SecretKey = keyof typeof schema.properties;

/** All values, by key. */
export type Secrets = {
  /** signs receipts, so that customers can show them */
  readonly RECEIPT_KEY: string;
  /** what every receipt ends with */
  readonly RECEIPT_FOOTER: string;
};

/** A client of these secrets; it connects with the first request. */
export const createSecrets = (options?: SecretsOptions): SecretsClient<typeof schema> => createSecretsClient(schema, options);
