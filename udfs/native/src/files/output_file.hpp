#pragma once

#include <cstdio>
#include <string>

namespace ducktopics {

//! A file that appears under its name, whole, when it is committed: until then it has another name in the same folder,
//! and what was there before stays. Throws InvalidInput, which does not name the path, with the system's reason,
//! or where nothing may be written.
class OutputFile {
public:
	explicit OutputFile(const std::string &path);
	OutputFile(const OutputFile &) = delete;
	OutputFile &operator=(const OutputFile &) = delete;
	//! Removes what was not committed.
	~OutputFile();

	void Write(const void *bytes, size_t count);
	void Commit();

private:
	const std::string path;
	const std::string draft;
	FILE *file;
};

} // namespace ducktopics
