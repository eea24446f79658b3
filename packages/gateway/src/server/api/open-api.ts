import { z } from 'zod';
import type { Answer, Fields, Route } from './route.ts';

/** A JSON object of the OpenAPI document. */
export type OpenApiObject = Readonly<Record<string, unknown>>;

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
});

/** Problems that any route of its access may answer. */
const COMMON_PROBLEMS: readonly number[] = [400, 500];
const ADMIN_PROBLEMS: readonly number[] = [401];
const BODY_PROBLEMS: readonly number[] = [413];

const parameterTexts: ReadonlyMap<string, string> = new Map([
  [
    'user',
    'The user id, percent-encoded; or `~` and the base64url of its UTF-8 bytes, which names any id',
  ],
  ['id', 'The id of a session'],
  ['node', 'The name of a node'],
]);

/** Describes the routes as OpenAPI 3.1. */
export function describeApi(routes: readonly Route[], version: string): OpenApiObject {
  const paths: Record<string, Record<string, OpenApiObject>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = describeRoute(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast gateway', version },
    paths,
    components: {
      securitySchemes: { admin: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(problemSchema) },
    },
  };
}

function describeRoute(route: Route): OpenApiObject {
  const { method, access, summary, query, body } = route;
  const takesBody = method === 'POST' || method === 'PUT';
  const parameters = [...pathParameters(route.path), ...queryParameters(query)];
  return {
    summary,
    security: access === 'admin' ? [{ admin: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(takesBody && {
      requestBody: { content: { 'application/json': { schema: schemaOf(body) } } },
    }),
    responses: describeAnswers(route, takesBody),
  };
}

function describeAnswers(route: Route, takesBody: boolean): OpenApiObject {
  const { access, answers, problems } = route;
  const statuses = [
    ...COMMON_PROBLEMS,
    ...(access === 'admin' ? ADMIN_PROBLEMS : []),
    ...(takesBody ? BODY_PROBLEMS : []),
    ...problems,
  ];
  const schema = { $ref: '#/components/schemas/Problem' };
  const problem = {
    description: 'What was expected, and what to do',
    content: { 'application/problem+json': { schema } },
  };
  const own = Object.entries(answers).map(
    ([status, answer]) => [status, describeAnswer(answer)] as const,
  );
  const refusals = statuses.map((status) => [String(status), problem] as const);
  return Object.fromEntries<OpenApiObject>([...refusals, ...own]);
}

function describeAnswer({ description, schema, contentType }: Answer): OpenApiObject {
  if (schema === undefined && contentType === undefined) return { description };
  const type = contentType ?? 'application/json';
  return {
    description,
    content: { [type]: schema === undefined ? {} : { schema: schemaOf(schema) } },
  };
}

function pathParameters(path: string): OpenApiObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: parameterTexts.get(name),
    schema: { type: 'string' },
  }));
}

function queryParameters(query: Fields): OpenApiObject[] {
  const { properties = {} } = schemaOf(query) as { properties?: Record<string, OpenApiObject> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    description,
    schema,
  }));
}

function schemaOf(schema: z.ZodType): OpenApiObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
