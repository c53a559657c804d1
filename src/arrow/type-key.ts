/** The key of a field's metadata that names the DuckDB type where Arrow has none of its own: `HUGEINT`. */
export const typeKey = 'ducktopics:type';
