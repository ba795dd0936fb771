// Imported by name here, so that a bundle finds the names: a dynamic import of a CommonJS package has only a default.
export { LineCounter, parseAllDocuments, parseDocument } from "yaml";
