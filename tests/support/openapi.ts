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

/** With the access key in the URL it is another writing of what is described with the key in a header. */
const BY_URL = /^\/namespaces\/jlk_[\w-]{43}(?=\/|$)/;

/** The operation that a call is one of; what may only be looked at is told by its head alone. */
const operationFor = (asked: string, path: string): Operation | undefined => {
  const method = asked === 'HEAD' ? 'GET' : asked;
  // Names before parameters, as every router has it.
  const found = paths.filter(({ matches }) => matches.test(path)).sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  return found[0]?.methods[method.toLowerCase()];
};

/** For people, and not described. */
const PAGES = /^\/(console(\/.*)?)?$/;

/** What is wrong with an answer, by the document; undefined if nothing is. */
export const mismatch = (method: string, url: string, { status, json, headers }: HttpAnswer): string | undefined => {
  const path = url.split('?', 1)[0] ?? '';
  if (PAGES.test(path)) return undefined;
  const operation = operationFor(method, path.replace(BY_URL, '/namespace'));
  const told = operation === undefined ? document.components.responses['Refused'] : (operation.responses[status] ?? operation.responses['default']);
  const response = told?.$ref === undefined ? told : document.components.responses[told.$ref.split('/').at(-1) ?? ''];
  const type = headers.get('content-type') ?? 'no type';
  const all = Object.entries(response?.content ?? {});
  const [media, content] = all.find(([one]) => type.startsWith(one)) ?? all[0] ?? [];
  const name = `${operation?.operationId ?? 'nothing'} ${status}`;
  if (content === undefined || media === undefined) return `${name}: nothing is told of it`;
  if (!type.startsWith(media)) return `${name}: ${type} instead of ${media}`;
  if (json === undefined) return media === 'application/json' && method !== 'HEAD' ? `${name}: nothing is said` : undefined;
  const validate = validator(name, content.schema);
  return validate(json) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}`;
};

/** The answer, if the document tells of it; throws what is wrong with it otherwise. */
export const asDescribed = (method: string, url: string, answer: HttpAnswer): HttpAnswer => {
  const wrong = mismatch(method, url, answer);
  if (wrong !== undefined) throw new Error(`${method} ${url}: ${wrong}`);
  return answer;
};
