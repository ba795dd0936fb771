import assert from "node:assert/strict";
import type { Fault } from "../../lib/simulator/mod.ts";
import { describeFault, FaultCounters, parseFault } from "../../lib/simulator/faults.ts";
import { fakeHost } from "../support/fake_host.ts";
import { events, type Json, TestSimulator, user } from "./support.ts";

const HEADERS = (fault: string) => ({ headers: { "x-agentop-fault": fault } });
const REQUEST = { model: "mistral-small-latest", messages: [user("Hello")] };

/** What of a stream arrives before it breaks. */
async function readUntilBroken(response: Response): Promise<{ text: string; error?: unknown }> {
  let text = "";
  try {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) text += part;
    return { text };
  } catch (error) {
    return { text, error };
  }
}

Deno.test("fault status has the body and headers of that status", async () => {
  await using sim = await TestSimulator.start();
  for (const stream of [false, true]) {
    for (const status of [400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 504, 529]) {
      const response = await sim.post({ ...REQUEST, stream }, HEADERS(String(status)));
      const body = await response.json();
      assert.equal(response.status, status);
      assert.equal(response.headers.get("retry-after"), null);
      if (status === 401) assert.deepEqual(body, { detail: "Unauthorized" });
      else if (status === 422) {
        assert.deepEqual(Object.keys(body.detail[0]).sort(), ["input", "loc", "msg", "type"]);
      } else assert.deepEqual([body.object, body.raw_status_code], ["error", status]);
    }
  }
  const limited = await sim.post(REQUEST, HEADERS("429:7"));
  assert.deepEqual([limited.headers.get("retry-after"), (await limited.json()).type], ["7", "rate_limited"]);
});

Deno.test("fault status sends a Retry-After date as it is written", async () => {
  const retryAfter = "Wed, 21 Oct 2026 07:28:00 GMT";
  await using sim = await TestSimulator.start({
    scenarios: [{ name: "d", steps: [{ faults: [{ status: 429, retryAfter }], text: "x" }] }],
  });
  const response = await sim.post(REQUEST);
  await response.body?.cancel();
  assert.equal(response.headers.get("retry-after"), retryAfter);
});

Deno.test("fault cut breaks the connection after some chunks", async () => {
  await using sim = await TestSimulator.start();
  const stream = await readUntilBroken(await sim.post({ ...REQUEST, stream: true }, HEADERS("cut:2")));
  assert.ok(stream.error instanceof TypeError);
  assert.equal(events(stream.text).length, 2);
  await assert.rejects(sim.post({ ...REQUEST, stream: true }, HEADERS("cut:0")), TypeError);
  await assert.rejects(sim.post(REQUEST, HEADERS("cut:0")), TypeError);
  const whole = await readUntilBroken(await sim.post(REQUEST, HEADERS("cut:2")));
  assert.ok(whole.error instanceof TypeError);
});

Deno.test("fault cut strikes before the last chunk, however large its count", async () => {
  await using sim = await TestSimulator.start();
  const { text, error } = await readUntilBroken(
    await sim.post({ ...REQUEST, stream: true }, HEADERS("cut:99999")),
  );
  assert.ok(error instanceof TypeError);
  assert.doesNotMatch(text, /"finish_reason":"/);
});

Deno.test("fault eof ends cleanly without finish reason", async () => {
  await using sim = await TestSimulator.start();
  const { text, error } = await readUntilBroken(
    await sim.post({ ...REQUEST, stream: true }, HEADERS("eof:3")),
  );
  assert.equal(error, undefined);
  assert.equal(events(text).length, 3);
  assert.doesNotMatch(text, /DONE|"finish_reason":"/);
  const whole = await readUntilBroken(await sim.post(REQUEST, HEADERS("eof")));
  assert.equal(whole.error, undefined);
  assert.throws(() => JSON.parse(whole.text), SyntaxError);
});

Deno.test("fault badJson is 200 with something that is not JSON", async () => {
  await using sim = await TestSimulator.start();
  const whole = await sim.post(REQUEST, HEADERS("badJson"));
  assert.equal(whole.status, 200);
  await assert.rejects(whole.json(), SyntaxError);
  const stream = await sim.post({ ...REQUEST, stream: true }, HEADERS("badJson"));
  const text = await stream.text();
  assert.throws(() => events(text), SyntaxError);
});

Deno.test("fault badChunk is an error object where a completion should be", async () => {
  await using sim = await TestSimulator.start();
  const whole = await (await sim.post(REQUEST, HEADERS("badChunk:1"))).json();
  assert.deepEqual([whole.object, whole.choices], ["error", undefined]);
  const list = events(
    await (await sim.post({ ...REQUEST, stream: true }, HEADERS("badChunk:2"))).text(),
  ) as Json[];
  assert.deepEqual(list.map((event) => event.object ?? event), [
    "chat.completion.chunk",
    "chat.completion.chunk",
    "error",
    "[DONE]",
  ]);
});

Deno.test("fault dripMs sends everything, with a wait before every chunk", async () => {
  const host = fakeHost();
  await using sim = await TestSimulator.start({ host });
  const list = events(await (await sim.post({ ...REQUEST, stream: true }, HEADERS("dripMs:50"))).text());
  assert.equal(list.at(-1), "[DONE]");
  assert.deepEqual(host.waits, Array(list.length - 2).fill(50));
  const whole = await (await sim.post(REQUEST, HEADERS("dripMs:50"))).json();
  assert.equal(whole.choices[0].finish_reason, "stop");
});

Deno.test("fault hang never answers, hangMidStream falls silent; the client can leave both", async () => {
  await using sim = await TestSimulator.start();
  for (const stream of [false, true]) {
    const leaving = new AbortController();
    const silent = sim.post({ ...REQUEST, stream }, { ...HEADERS("hang"), signal: leaving.signal });
    const stalled = await sim.post({ ...REQUEST, stream }, {
      ...HEADERS("hangMidStream:2"),
      signal: leaving.signal,
    });
    const reader = stalled.body!.getReader();
    assert.ok((await reader.read()).value!.length > 0);
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    leaving.abort();
    await Promise.all([
      assert.rejects(silent, { name: "AbortError" }),
      assert.rejects(rest, { name: "AbortError" }),
    ]);
  }
  assert.equal((await sim.ask({ messages: [user("still there?")] })).finish_reason, "stop");
});

Deno.test("fault header that does not exist is a 400 that says what does", async () => {
  await using sim = await TestSimulator.start();
  const response = await sim.post(REQUEST, HEADERS("explode"));
  assert.equal(response.status, 400);
  assert.match((await response.json()).message, /Unknown x-agentop-fault "explode"\. Try: 429/);
});

Deno.test("fault models misbehave as their name says, alone or as an ending", async () => {
  await using sim = await TestSimulator.start();
  const status = async (model: string) => {
    const response = await sim.post({ ...REQUEST, model });
    await response.body?.cancel();
    return [response.status, response.headers.get("retry-after")];
  };
  assert.deepEqual(await status("sim-429"), [429, null]);
  assert.deepEqual(await status("sim-429-2"), [429, "2"]);
  assert.deepEqual(await status("mistral-small-latest@sim-503"), [503, null]);
  assert.deepEqual(await status("sim-401"), [401, null]);
  assert.deepEqual(await status("sim-422"), [422, null]);
  assert.deepEqual(await status("magsim-500"), [400, null]); // no such model
  const broken = async (model: string) =>
    await readUntilBroken(await sim.post({ ...REQUEST, model, stream: true }));
  assert.ok((await broken("sim-cut")).error instanceof TypeError);
  assert.doesNotMatch((await broken("sim-eof")).text, /DONE/);
  assert.match((await broken("sim-badchunk")).text, /"object":"error"/);
  await assert.rejects((await sim.post({ ...REQUEST, model: "sim-badjson" })).json(), SyntaxError);
});

Deno.test("parseFault() reads what describeFault() writes", () => {
  const faults: readonly Fault[] = [
    { status: 429 },
    { status: 503, retryAfter: 1.5 },
    { hang: true },
    { hangMidStream: 4 },
    { cut: 0 },
    { eof: 1 },
    { badJson: true },
    { badChunk: 2 },
    { dripMs: 30 },
  ];
  for (const fault of faults) assert.deepEqual(parseFault(describeFault(fault)), fault);
  for (const bad of ["", "200", "600", "429:x", "cut:-1", "cut:1:2", "hang:3", "CUT"]) {
    assert.equal(parseFault(bad), undefined, bad);
  }
});

Deno.test("FaultCounters forget the conversation not seen for longest", () => {
  const counters = new FaultCounters();
  const faults: Fault[] = [{ cut: 1 }, { cut: 2 }];
  assert.deepEqual(counters.next("first", faults), { cut: 1 });
  for (let i = 0; i < 5000; i++) counters.next(`other ${i}`, faults);
  assert.deepEqual(counters.next("first", faults), { cut: 1 });
  assert.deepEqual(counters.next("other 4999", faults), { cut: 2 });
});
