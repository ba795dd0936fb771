/**
 * Files that people write: YAML checked with Zod, errors with file, line and "did you mean".
 *
 * @module
 */
export {
  type CheckedYaml,
  describePath,
  loadYaml,
  parseCheckedYaml,
  parseCheckedYamlDocuments,
  type YamlPath,
} from "./checked_yaml.ts";
export { explainIssues } from "./explain_issues.ts";
