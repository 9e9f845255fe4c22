/** What the service says of its HTTP API, and whether its answers are so. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { openApi } from '../../codegen/openapi.ts';
import type { HttpAnswer } from './http.ts';

type Responses = Readonly<Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, { readonly schema: unknown }>> }>>;
export type Operation = {
  readonly operationId: string;
  readonly parameters?: ReadonlyArray<{ readonly name: string; readonly in: string; readonly required: boolean }>;
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Responses;
  readonly security: ReadonlyArray<object>;
};
export type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly responses: Responses; readonly securitySchemes: object };
};

export const document = openApi() as unknown as Document;

const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
/** References lead to schemas as a validator has them: by themselves, without the document around them. */
const absolute = (schema: unknown): object => JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"https://jetlock.test/api#/$defs/')) as object;
ajv.addSchema({ $id: 'https://jetlock.test/api', $defs: absolute(document.components.schemas) });

const compiled = new Map<string, ValidateFunction>();
const validator = (name: string, schema: unknown): ValidateFunction => {
  const made = compiled.get(name) ?? ajv.compile(absolute(schema));
  compiled.set(name, made);
  return made;
};

const pattern = (template: string): RegExp => new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const paths = Object.entries(document.paths).map(([template, methods]) => ({ template, methods, matches: pattern(template) }));

/** The operation that a call is one of. */
const operationFor = (method: string, url: string): Operation | undefined => {
  const path = url.split('?', 1)[0] ?? '';
  // Names before parameters, as every router has it.
  const found = paths.filter(({ matches }) => matches.test(path)).sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  return found[0]?.methods[method.toLowerCase()];
};

/** What is wrong with an answer, by the document; undefined if nothing is. */
export const mismatch = (method: string, url: string, { status, json, headers }: HttpAnswer): string | undefined => {
  const operation = operationFor(method, url);
  const told = operation === undefined ? document.components.responses['Refused'] : (operation.responses[status] ?? operation.responses['default']);
  const response = told?.$ref === undefined ? told : document.components.responses[told.$ref.split('/').at(-1) ?? ''];
  const type = headers.get('content-type') ?? 'no type';
  const all = Object.entries(response?.content ?? {});
  const [media, content] = all.find(([one]) => type.startsWith(one)) ?? all[0] ?? [];
  const name = `${operation?.operationId ?? 'nothing'} ${status}`;
  if (content === undefined || media === undefined) return `${name}: nothing is told of it`;
  if (!type.startsWith(media)) return `${name}: ${type} instead of ${media}`;
  if (json === undefined) return undefined;
  const validate = validator(name, content.schema);
  return validate(json) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`;
};
