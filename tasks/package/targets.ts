/** Which Deno is inside, for each system: its npm package, and the hash that the file itself must have. */
export interface Target {
  readonly name: string;
  readonly package: string;
  /** Of the registry's archive. */
  readonly integrity: string;
  /** Of the program in it. */
  readonly sha256: string;
}

export const DENO_VERSION = "2.9.6";
/** Of the npm package `deno`, which brings that of the system. */
export const DENO_INTEGRITY =
  "sha512-cr16GxYiUeH1juNvFTMOxt99V5QRVmANfy5UsZvE5hjC6P/o4Op/MBbRhLeBOL8WJpV6tr9hb+Kjb1MW0nEoVg==";

/** Systems with `/bin/sh`, where a program can unpack itself. */
export const TARGETS: readonly Target[] = [
  {
    name: "linux-x64",
    package: "@deno/linux-x64-glibc",
    integrity:
      "sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==",
    sha256: "bceb5b6a6239b0b010418406d8c77a508f67cf4337d94288f1c19fe71304aab0",
  },
  {
    name: "linux-arm64",
    package: "@deno/linux-arm64-glibc",
    integrity:
      "sha512-poqhoH9B3nYloigEMPT5t8HY+wBeiuea1An5Q7fqgJzP0SYmWsoS/oUnWO/pEiA4ofzIBy1Elt/in58xKtxEoQ==",
    sha256: "d08d392418df53f4e6e88a08909c0e1bccbf9adcead7232df72b6ad6075ec416",
  },
  {
    name: "darwin-x64",
    package: "@deno/darwin-x64",
    integrity:
      "sha512-tPi3CWPRdjW1MaWlvWjORE7Ass5SADdWdj1BF1Q1PEdzi+5u/mC5YhmZzniMiPr81PpaFeqjXaLAsfb8lFsZ0Q==",
    sha256: "ec9fbd8e8f5f6ca5ceb0ebe4a564636f2c698bf60e3187460ded400cc0147fd5",
  },
  {
    name: "darwin-arm64",
    package: "@deno/darwin-arm64",
    integrity:
      "sha512-V8uO1Aolrl/yvdMb5lOtgtigs8YuZBjrOrgviVMiYkQ0swymFfzkae1wZak4Xi24t7vf7d/eiMb/7ryjjVm+tg==",
    sha256: "b3ac3bd206e48c26026cadd80c1367e96c149f9c66130952382a642b09fa8a71",
  },
];

/** The target of this machine; `undefined` where there is none. */
export function ownTarget(): Target | undefined {
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  return TARGETS.find(({ name }) => name === `${Deno.build.os}-${arch}`);
}
