/**
 * Files that people write: read as text of one encoding, YAML checked with Zod, errors with file, line and "did you mean".
 *
 * @module
 */
export {
  type CheckedYaml,
  describePath,
  FileError,
  loadYaml,
  parseCheckedYaml,
  parseCheckedYamlDocuments,
  unknownFirst,
  type YamlComplaint,
  type YamlOptions,
  type YamlPath,
} from "./checked_yaml.ts";
export { demandOf } from "./demand.ts";
export { explainIssues } from "./explain_issues.ts";
export { withoutEmpty } from "./left_out.ts";
export { type DecodedText, decodeText } from "./text_encoding.ts";
export { readTextFile, readTextFileIfThere, type TextFileOptions } from "./text_file.ts";
