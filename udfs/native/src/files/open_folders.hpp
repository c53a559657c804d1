#pragma once

#include <string>

namespace ducktopics {

// Which files the functions may open: the environment variable DUCKTOPICS_FILES. Unset: all. Otherwise it names the
// folders, with ':' between them, below which files may be read; empty names none. Nothing may be written then.
//
// DuckDB's own setting, enable_external_access, does not reach files that an extension opens.

//! Reads the variable; what it says holds for the process until it is read again.
void ReadOpenFolders();

//! The path under which a file may be read: the path itself where all may; otherwise without links and `..`, so that
//! these do not lead out of the folders. Throws InvalidInput, which does not name the path, where it may not be.
//! It tells nothing of what there is outside the folders.
std::string ReadablePath(const std::string &path);

//! Throws InvalidInput where the files that match a pattern may not be looked for.
void CheckReadablePattern(const std::string &pattern);

//! Throws InvalidInput where no file may be written.
void CheckWritable();

} // namespace ducktopics
