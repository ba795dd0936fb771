/** Any object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One operation of the document, as `/docs` shows it. */
export interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** OpenAPI 3.1, as far as it is used here. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: JsonObject & { readonly schemas: JsonObject };
}
