/** The most rows of a DuckDB chunk. */
export const chunkRows = 2048;
