// deno-lint-ignore-file no-control-regex
import assert from "node:assert/strict";
import { StdinBuffer } from "@earendil-works/pi-tui/dist/stdin-buffer.js";
import { sliceByColumn, visibleWidth } from "@earendil-works/pi-tui/dist/utils.js";
import fc from "fast-check";
import { CutReports } from "../../lib/tui/terminal/cut_reports.ts";
import { FrameWriter } from "../../lib/tui/terminal/frame_writer.ts";
import { KeyDecoder } from "../../lib/tui/terminal/keys.ts";
import { mouseEvent } from "../../lib/tui/terminal/pointer.ts";
import { Screen, type ScreenEvents } from "../../lib/tui/terminal/screen.ts";
import { Selection } from "../../lib/tui/terminal/selection.ts";
import { CURSOR, slice, width } from "../../lib/tui/terminal/text.ts";
import { VirtualTerminal } from "../support/virtual_terminal.ts";

const SIGNS = "aé╭─│█▁▶✓✗●■◔⏸↯⏎↳…·→×┃⠋▏╌◆•";

Deno.test("width() and slice() agree with the terminal library on text of any signs", () => {
  const text = fc.string({ unit: fc.constantFrom(...SIGNS, "語", "e\u0301", "👩‍🚀", " ") });
  fc.assert(fc.property(text, fc.nat(30), fc.nat(30), (given, start, columns) => {
    assert.equal(width(given), visibleWidth(given));
    assert.equal(slice(given, start, columns), sliceByColumn(given, start, columns, true));
  }));
});

Deno.test("FrameWriter.write() leaves the terminal with the frame, whatever was there before", async () => {
  const row = fc.string({ unit: fc.constantFrom(...SIGNS, " "), maxLength: 20 });
  const frame = fc.array(row, { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
      const terminal = new VirtualTerminal(20, 5);
      const writer = new FrameWriter();
      for (const rows of frames) terminal.write(writer.write(rows, terminal));
      const shown = (await terminal.screen()).split("\n").map((it) => it.trimEnd());
      assert.deepEqual(shown, frames.at(-1)!.map((it) => it.trimEnd()));
      terminal.dispose();
    }),
    { numRuns: 30 },
  );
});

Deno.test("FrameWriter.write() writes nothing for the same frame, the changed rows only, and all of a new size", () => {
  const writer = new FrameWriter();
  const size = { columns: 10, rows: 3 };
  assert.match(writer.write(["one", "two", "three"], size), /2J.*one.*two.*three/);
  assert.equal(writer.write(["one", "two", "three"], size), "");
  const changes = writer.write(["one", "2", "three"], size);
  assert.match(changes, /\[2;1H\x1b\[2K2/);
  assert.doesNotMatch(changes, /one|three/);
  assert.match(writer.write(["one", "2", "three"], { columns: 9, rows: 3 }), /2J.*one/);
  writer.forget();
  assert.match(writer.write(["one", "2", "three"], { columns: 9, rows: 3 }), /2J.*one/);
});

Deno.test("FrameWriter.write() puts the terminal's cursor where the frame has it, and hides it otherwise", () => {
  const writer = new FrameWriter();
  const size = { columns: 10, rows: 2 };
  const shown = writer.write(["x", `\x1b[1m語${CURSOR}b\x1b[0m`], size);
  assert.match(shown, /\x1b\[2;3H\x1b\[\?25h/);
  assert.doesNotMatch(shown, /cursor/);
  assert.match(
    writer.write(["x", `\x1b[1m語b${CURSOR}\x1b[0m`], size),
    /^\x1b\[\?2026h\x1b\[2;4H\x1b\[\?25h/,
  );
  assert.match(writer.write(["x", "\x1b[1m語b\x1b[0m"], size), /\x1b\[\?25l/);
});

Deno.test("mouseEvent() reads the left button and the wheel, and nothing else", () => {
  assert.deepEqual(mouseEvent("\x1b[<0;5;3M"), { type: "press", x: 4, y: 2, lines: 0 });
  assert.deepEqual(mouseEvent("\x1b[<32;5;3M"), { type: "drag", x: 4, y: 2, lines: 0 });
  assert.deepEqual(mouseEvent("\x1b[<0;5;3m"), { type: "release", x: 4, y: 2, lines: 0 });
  assert.deepEqual(mouseEvent("\x1b[<64;1;1M"), { type: "wheel", x: 0, y: 0, lines: -3 });
  assert.deepEqual(mouseEvent("\x1b[<73;1;1M"), { type: "wheel", x: 0, y: 0, lines: 15 });
  for (const other of ["\x1b[<2;5;3M", "\x1b[<35;5;3M", "\x1b[<66;1;1M", "\x1b[<0;5M", "\x1b[M !!", "x"]) {
    assert.equal(mouseEvent(other), undefined, JSON.stringify(other));
  }
});

const ROWS = ["\x1b[1mrun lib/cli-x.ts\x1b[0m  語語 ok", "second row", "third"];
const selected = (act: (selection: Selection) => void) => {
  const selection = new Selection();
  act(selection);
  return { released: selection.release(ROWS), shown: selection.shownOn(ROWS) };
};

Deno.test("Selection takes what was dragged over, backwards too, in whole characters", () => {
  const forwards = selected((it) => {
    it.press({ x: 4, y: 0 }, ROWS, 0);
    it.drag({ x: 5, y: 1 }, ROWS);
  });
  assert.deepEqual(forwards.released, { text: "lib/cli-x.ts  語語 ok\nsecond" });
  const backwards = selected((it) => {
    it.press({ x: 5, y: 1 }, ROWS, 0);
    it.drag({ x: 4, y: 0 }, ROWS);
  });
  assert.deepEqual(backwards, forwards);
  assert.deepEqual(forwards.shown, [
    "\x1b[1mrun \x1b[7mlib/cli-x.ts\x1b[27m\x1b[0m\x1b[7m  語語 ok\x1b[27m",
    "\x1b[7msecond\x1b[27m row",
    "third",
  ]);
});

Deno.test("Selection takes a word at the second press and its row at the third", () => {
  const pressed = (times: number) =>
    selected((it) => {
      for (let time = 1; time <= times; time++) {
        it.press({ x: 6, y: 0 }, ROWS, time * 100);
        if (time < times) it.release(ROWS);
      }
    }).released;
  assert.deepEqual(pressed(1), { click: true });
  assert.deepEqual(pressed(2), { text: "lib/cli-x.ts" });
  assert.deepEqual(pressed(3), { text: "run lib/cli-x.ts  語語 ok" });
  assert.deepEqual(pressed(4), { click: true });
  const slow = selected((it) => {
    it.press({ x: 6, y: 0 }, ROWS, 0);
    it.release(ROWS);
    it.press({ x: 6, y: 0 }, ROWS, 501);
  });
  assert.deepEqual(slow.released, { click: true });
});

Deno.test("Selection is nothing without a press, and clear() takes its mark away", () => {
  const selection = new Selection();
  assert.equal(selection.drag({ x: 1, y: 1 }, ROWS), false);
  assert.equal(selection.release(ROWS), undefined);
  selection.press({ x: 0, y: 1 }, ROWS, 0);
  selection.drag({ x: 3, y: 1 }, ROWS);
  selection.release(ROWS);
  assert.equal(selection.clear(), true);
  assert.deepEqual(selection.shownOn(ROWS), ROWS);
  assert.equal(selection.clear(), false);
});

const NO_EVENTS: ScreenEvents = {
  draw: () => [],
  onKey: () => assert.fail("no key"),
  onPointer: () => {},
  onResize: () => {},
  onMarked: () => {},
  onFailure: () => {},
  onClosed: () => {},
};

for (const [answer, ground] of [["ffff/ffff/ffff", "light"], ["1e1e/1e1e/2e2e", "dark"]] as const) {
  Deno.test(`Screen.background() is ${ground} when the terminal answers ${answer}`, async () => {
    const terminal = new VirtualTerminal(20, 5);
    const screen = new Screen(NO_EVENTS, { mouse: false, terminal });
    screen.start();
    const asked = screen.background();
    assert.ok(terminal.raw.endsWith("\x1b]11;?\x07"));
    terminal.send(`\x1b]11;rgb:${answer}\x1b\\`);
    assert.equal(await asked, ground);
    terminal.send(`\x1b]11;rgb:${answer}\x1b\\`); // late: nobody asks any more
    screen.stop();
    terminal.dispose();
  });
}

Deno.test("Screen.background() is unknown when the terminal does not answer", async () => {
  const terminal = new VirtualTerminal(20, 5);
  const screen = new Screen(NO_EVENTS, { mouse: false, terminal });
  screen.start();
  assert.equal(await screen.background(), undefined);
  screen.stop();
  terminal.dispose();
});

Deno.test("KeyDecoder.decode() knows Home and End of every terminal", () => {
  const keys = new KeyDecoder();
  for (const [home, end] of [["H", "F"], ["1~", "4~"], ["7~", "8~"], ["1;1H", "1;1F"]] as const) {
    assert.deepEqual(keys.decode(`\x1b[${home}`), { type: "key", key: "home" }, home);
    assert.deepEqual(keys.decode(`\x1b[${end}`), { type: "key", key: "end" }, end);
  }
});

Deno.test("KeyDecoder.decode() names keys of the kitty protocol by what they give, and leaves out those that give nothing", () => {
  const keys = new KeyDecoder();
  const key = (data: string) => keys.decode(data);
  assert.deepEqual(key("\x1b[97u"), { type: "key", key: "a", char: "a" });
  assert.deepEqual(key("\x1b[97:65;2u"), { type: "key", key: "A", char: "A" });
  assert.deepEqual(key("\x1b[47:63;2u"), { type: "key", key: "?", char: "?" });
  assert.deepEqual(key("\x1b[47:63;6u"), { type: "key", key: "ctrl+?" });
  assert.deepEqual(key("\x1b[57414u"), { type: "key", key: "enter" }, "of the number pad");
  assert.deepEqual(key("\x1b[1;5P"), { type: "key", key: "ctrl+f1" });
  for (const silent of ["\x1b[57358u", "\x1b[57376u", "\x1b[57428u", "\x1b[97;1:3u"]) {
    assert.equal(key(silent), undefined, JSON.stringify(silent));
  }
});

Deno.test("CutReports.join() joins answers that arrive in pieces, however cut, and holds back no key", () => {
  const pieces = [
    "\x1b]11;rgb:1c1c/",
    "1",
    "c",
    "\x1b\\",
    "\x1b[<35;2",
    "0",
    ";",
    "5",
    "M",
    "j",
    "\x1b[?1;",
    "2",
    "c",
    "\x1b",
  ];
  const cut = new CutReports();
  assert.deepEqual(pieces.map((piece) => cut.join(piece, 0)).filter((it) => it !== undefined), [
    "\x1b]11;rgb:1c1c/1c\x1b\\",
    "\x1b[<35;20;5M",
    "j",
    "\x1b[?1;2c",
    "\x1b",
  ]);
});

Deno.test("CutReports.join() puts an answer together wherever a slow line cut it, as the terminal library hands it out", async () => {
  const answers = [
    "\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\",
    "\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
    "\x1bP>|tmux 3.3a\x1b\\",
  ];
  const handedOut = async (answer: string, at: number): Promise<readonly string[]> => {
    const splitter = new StdinBuffer({ timeout: 1 });
    const cut = new CutReports();
    const seen: string[] = [];
    splitter.on("data", (piece) => {
      const whole = cut.join(piece, 0, true);
      if (whole !== undefined) seen.push(whole);
    });
    splitter.process(answer.slice(0, at));
    await new Promise((resolve) => setTimeout(resolve, 5)); // it gives up waiting before this
    splitter.process(`${answer.slice(at)}j`);
    return seen;
  };
  for (const answer of answers) {
    const cuts = Array.from({ length: answer.length - 3 }, (_, index) => index + 2);
    const all = await Promise.all(cuts.map((at) => handedOut(answer, at)));
    assert.deepEqual(all, cuts.map(() => [answer, "j"]));
  }
});

Deno.test("CutReports.join() waits for the rest of an answer for a moment only, and not past the next sequence", () => {
  const cut = new CutReports();
  assert.equal(cut.join("\x1b]11;rgb:", 0), undefined);
  assert.equal(cut.join("q", 10_000), "q");
  assert.equal(cut.join("\x1b]11;rgb:", 20_000), undefined);
  assert.equal(cut.join("\x1b[A", 20_001), "\x1b[A");
  assert.equal(cut.join("q", 20_002), "q");
  assert.equal(cut.join("\x1b]", 20_003), "\x1b]", "alt+]");
  assert.equal(cut.join("\x1b]", 30_000, true), undefined, "an answer is due");
  assert.equal(cut.join("q", 40_000, true), "q");
});

Deno.test("Screen takes an escape pressed twice at once as two, and pieces of an answer as no keys", () => {
  const seen: string[] = [];
  const terminal = new VirtualTerminal(20, 5);
  const screen = new Screen({
    ...NO_EVENTS,
    onKey: (input) => void seen.push(input.type === "key" ? input.key : input.text),
  }, { mouse: true, terminal });
  screen.start();
  for (const data of ["\x1b\x1b", "\x1b]11;rgb:1c1c/", "/", "q", "\x07", "j"]) terminal.send(data);
  assert.deepEqual(seen, ["escape", "escape", "j"]);
  screen.stop();
  terminal.dispose();
});

class SlowTerminal extends VirtualTerminal {
  onReady: (() => void) | undefined;
  behind = true;

  isBehind(onReady: () => void): boolean {
    if (this.behind) this.onReady = onReady;
    return this.behind;
  }
}

Deno.test("Screen sends a terminal that does not read the last frame only, once it reads again", async () => {
  const terminal = new SlowTerminal(20, 5);
  let frame = 0;
  const screen = new Screen({
    ...NO_EVENTS,
    draw: () => [`frame ${frame}`],
  }, { mouse: true, terminal });
  screen.start();
  for (frame = 1; frame < 100; frame++) {
    screen.repaint();
    await Promise.resolve();
  }
  assert.doesNotMatch(terminal.raw, /frame/);
  terminal.behind = false;
  terminal.onReady?.();
  await Promise.resolve();
  assert.deepEqual(terminal.raw.match(/frame \d+/g), ["frame 100"]);
  screen.stop();
  terminal.dispose();
});
