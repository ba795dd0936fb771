// Imported by name here, so that a bundle finds the names: a dynamic import of a CommonJS package has only a default.
export {
  Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  stringify,
  visit,
} from "yaml";
