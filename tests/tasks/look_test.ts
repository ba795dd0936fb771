import assert from "node:assert/strict";
import { problemOf, type Seen } from "../../tasks/jupyter/look.ts";

const drawn: Seen = {
  kind: "chart",
  width: 600,
  height: 400,
  ground: 1,
  ink: 0.3,
  coloured: 0.2,
  contrast: 12,
};

Deno.test("problemOf() finds nothing wrong with a chart that is drawn, and with a table that has no colours", () => {
  assert.equal(problemOf(drawn, "light"), undefined);
  assert.equal(problemOf({ ...drawn, kind: "view", coloured: 0 }, "light"), undefined);
  assert.equal(problemOf({ ...drawn, ground: 0.01 }, "dark"), undefined);
});

Deno.test("problemOf() says of a chart that it is blank, or that nothing is drawn between its axes", () => {
  assert.match(problemOf({ ...drawn, ink: 0, coloured: 0, contrast: 1 }, "light")!, /blank/);
  assert.match(problemOf({ ...drawn, ink: 0.04, coloured: 0 }, "light")!, /nothing is drawn/);
  assert.match(problemOf({ ...drawn, height: 4 }, "light")!, /600 by 4 dots/);
});

Deno.test("problemOf() says where the theme was not followed, and what cannot be read", () => {
  assert.match(problemOf(drawn, "dark")!, /bright in a dark theme/);
  assert.match(problemOf({ ...drawn, ground: 0.01 }, "light")!, /dark in a light theme/);
  assert.match(problemOf({ ...drawn, kind: "view", contrast: 1.6 }, "light")!, /contrast of 1\.6/);
});
