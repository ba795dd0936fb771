/**
 * The steps of `deploy/Dockerfile` without a container engine: its files are copied and its build is run, then its entry point and
 * health check start as its user, in a root file system that cannot be written, with no network but the loopback. Needs root and
 * `unshare`; without them one line says so.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NAMESPACES = ["--mount", "--pid", "--fork", "--net", "--kill-child"];

interface Image {
  /** Paths that the build copies from the repository. */
  readonly copied: readonly string[];
  readonly build: string;
  /** Where the program lies in the image. */
  readonly program: string;
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entryPoint: readonly string[];
  readonly health: readonly string[];
}

/** What this check follows of a Dockerfile. */
function readImage(text: string): Image {
  const lines = text.replace(/\\\n\s*/g, " ").split("\n");
  const all = (word: string) =>
    lines.filter((it) => it.startsWith(`${word} `)).map((it) => it.slice(word.length + 1));
  const build = all("RUN").find((it) => it.includes("deno task package"))!;
  const words = (text: string) => JSON.parse(text.slice(text.indexOf("["))) as string[];
  return {
    copied: all("COPY").filter((it) => !it.startsWith("--from")).flatMap((it) => it.split(" ").slice(0, -1)),
    build,
    program: /--folder (\S+)/.exec(build)![1]!,
    user: all("USER").at(-1)!,
    env: Object.fromEntries(
      all("ENV").flatMap((it) => it.split(/\s+/)).map((it) => it.split("=") as [string, string]),
    ),
    entryPoint: words(all("ENTRYPOINT")[0]!),
    health: words(all("HEALTHCHECK")[0]!),
  };
}

async function run(program: string, args: readonly string[], options: Deno.CommandOptions = {}) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    ...options,
    args: [...args],
    stdin: "null",
  })
    .output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), error: text.decode(stderr) };
}

/** The build stage, in a folder that has the copied files and nothing else. */
async function build(image: Image, work: string): Promise<string> {
  const source = join(work, "src");
  const admitted = (await Deno.readTextFile(join(ROOT, "deploy/Dockerfile.dockerignore"))).split("\n");
  await Deno.mkdir(source);
  for (const path of image.copied) {
    assert.ok(admitted.includes(`!${path}`), `.dockerignore keeps ${path} away`);
    await cp(join(ROOT, path), join(source, path), { recursive: true });
  }
  const out = join(work, "program");
  const said = await run("/bin/sh", ["-ec", image.build.replace(image.program, out)], { cwd: source });
  assert.equal(said.code, 0, said.error);
  return out;
}

const IN_ROOT = (image: Image) => `
set -eu
root=$1 program=$2 script=$3
mount --make-rprivate /
mount -t tmpfs -o mode=755 root "$root"
cd "$root"
mkdir -p usr etc proc dev tmp home/agentop .${image.program}
mount --rbind /usr usr
for it in bin sbin lib lib32 lib64 libx32; do
  if [ -L /$it ]; then cp -P /$it $it; elif [ -d /$it ]; then mkdir $it && mount --rbind /$it $it; fi
done
if [ -e /etc/ld.so.cache ]; then cp /etc/ld.so.cache etc; fi
echo 'agentop:x:10001:10001::/home/agentop:/bin/sh' > etc/passwd
mount --bind "$program" .${image.program}
mount -t proc proc proc
for it in null zero urandom; do touch dev/$it && mount --bind /dev/$it dev/$it; done
mount -t tmpfs -o mode=1777 tmp tmp
mount -t tmpfs -o mode=755,uid=10001,gid=10001 home home/agentop
printf '%s' "$script" > tmp/script
mount -o remount,ro root "$root"
ip link set lo up
exec chroot --userspec=${image.user} "$root" /usr/bin/env -i HOME=/home/agentop ${
  Object.entries(image.env).map(([name, value]) => `${name}=${value}`).join(" ")
} /bin/sh -eu /tmp/script
`;

/** Run inside, as the image's user. Each `said` line names what is so when it is reached. */
const INSIDE = (image: Image) => {
  const [start, health] = [image.entryPoint, image.health].map((it) => it.join(" "));
  return `
cd
[ "$(id -u):$(id -g)" = ${image.user} ]; echo 'said: its own user'
if touch /here ${image.program}/here 2>/dev/null; then exit 1; fi; echo 'said: nothing of it can be written'
${start} --help | grep -q '^Usage: agentop'; echo 'said: it says what it can'
${health} >/dev/null; echo 'said: healthy by itself'
export MISTRAL_SERVER_URL=http://127.0.0.1:8080
if ${health} >/dev/null; then exit 1; fi; echo 'said: ill without its server'
${start} sim --host 0.0.0.0 --port 8080 >/dev/null & server=$!
until ${health} >/dev/null; do kill -0 $server; done; echo 'said: healthy with it'
${start} run researcher 'How many rows in sales.csv and what is the total revenue?' --json > answer
grep -q '"status": *"completed"' answer; echo 'said: a run'
${start} replay last --mode recorded >/dev/null; echo 'said: a recorded replay'
${start} sql 'select count(*) as n from runs' --json | tr -d ' \\n' | grep -q '"n":[1-9]'; echo 'said: a query'
kill $server; wait $server; echo 'said: it ends when told to'
[ "$(stat -c %a "$AGENTOP_HOME")" = 700 ]; echo 'said: the home is its own'
`;
};

if (import.meta.main) {
  const can = await run("unshare", [...NAMESPACES, "sh", "-c", "ip link set lo up && mount -t tmpfs x /mnt"])
    .catch(() => ({ code: 1 }));
  if (can.code !== 0) {
    console.log(
      "container: skipped, this machine gives no namespaces of its own (root, unshare and ip are needed)",
    );
    Deno.exit(0);
  }
  const image = readImage(await Deno.readTextFile(join(ROOT, "deploy/Dockerfile")));
  const work = await Deno.makeTempDir({ prefix: "agentop-container-" });
  try {
    const program = await build(image, work);
    await Deno.mkdir(join(work, "root"));
    // As in a shared folder of a person: the image's user must be able to get there.
    await Deno.chmod(work, 0o755);
    const args = [
      ...NAMESPACES,
      "sh",
      "-c",
      IN_ROOT(image),
      "sh",
      join(work, "root"),
      program,
      INSIDE(image),
    ];
    const { code, out, error } = await run("unshare", args);
    const said = [...out.matchAll(/^said: (.*)$/gm)].map(([, what]) => what);
    assert.equal(code, 0, `after ${JSON.stringify(said.at(-1))}: ${out}${error}`);
    console.log(`container: ${said.join(", ")}`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
