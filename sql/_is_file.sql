-- Whether a name is that of a file, or a pattern of files.
CREATE OR REPLACE TEMP MACRO _is_file(name) AS _as_table(name) <> name::VARCHAR;
