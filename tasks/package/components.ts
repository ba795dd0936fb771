import { join } from "node:path";

/** One package of npm that the lock file names. */
export interface Component {
  /** As the lock file writes it: name, version, and the versions of its peers. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** `sha512-…` in base64, as the registry and the lock file have it. */
  readonly integrity: string;
  /** Ids. */
  readonly dependencies: readonly string[];
  /** Whether the program imports it. */
  readonly isDirect: boolean;
  /** Whether the program imports it, or something that it imports needs it; else tests and builds do. */
  readonly isShipped: boolean;
  /** An SPDX expression, where its `package.json` is at hand and has one. */
  readonly license?: string | undefined;
  /** Where Deno keeps it. */
  readonly folder?: string | undefined;
}

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly localPath?: string;
}

interface Graph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

/** Every package of the lock file, by id. */
export async function componentsOf(lockFile: string, program: string): Promise<readonly Component[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--frozen", program],
  })
    .output();
  const { modules, npmPackages } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const { npm } = JSON.parse(await Deno.readTextFile(lockFile)) as Lock;
  const shipped = new Set<string>();
  const ship = (id: string) => {
    if (shipped.has(id)) return;
    shipped.add(id);
    npmPackages[id]?.dependencies.forEach(ship);
  };
  const direct = new Set(modules.flatMap(({ npmPackage }) => npmPackage ?? []));
  direct.forEach(ship);
  return await Promise.all(
    Object.entries(npm).sort(([a], [b]) => a < b ? -1 : 1).map(async ([id, { integrity }]) => {
      const found = npmPackages[id];
      if (!found) {
        throw new Error(`Cannot list the packages: ${id} is in ${lockFile} and not in the program's graph`);
      }
      const { name, version, dependencies, localPath } = found;
      return {
        id,
        name,
        version,
        integrity,
        dependencies,
        isDirect: direct.has(id),
        isShipped: shipped.has(id),
        license: localPath && await licenseOf(localPath),
        folder: localPath,
      };
    }),
  );
}

async function licenseOf(folder: string): Promise<string | undefined> {
  try {
    const { license } = JSON.parse(await Deno.readTextFile(join(folder, "package.json")));
    return typeof license === "string" ? license : undefined;
  } catch {
    return undefined; // made for another system, so not fetched
  }
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;

/** The licences of what is shipped, word by word, as they ask for. */
export async function licenseTexts(components: readonly Component[]): Promise<string> {
  const parts: string[] = [];
  for (const { name, version, license, folder } of components.filter(({ isShipped }) => isShipped)) {
    if (folder === undefined || license === undefined) continue;
    const files = [...Deno.readDirSync(folder)].filter((it) => it.isFile && LICENSE_FILE.test(it.name))
      .map((it) => it.name).sort();
    const texts = await Promise.all(files.map((file) => Deno.readTextFile(join(folder, file))));
    parts.push([`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join("\n\n"));
  }
  return parts.join(`\n\n${"-".repeat(80)}\n\n`) + "\n";
}
