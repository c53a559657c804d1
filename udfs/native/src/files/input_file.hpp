#pragma once

#include "../duckdb/error.hpp"

#include <cstdint>
#include <string>
#include <sys/stat.h>

namespace ducktopics {

//! In which order a file will be read: the operating system reads ahead, or does not.
enum class ReadOrder { SEQUENTIAL, RANDOM };

//! A local file, open for reads at any place by any number of threads. Files are read, not mapped: one that is cut
//! short meanwhile is an error and not a signal, and its pages are not counted as memory of the process.
//!
//! Throws InvalidInput, which does not name the path, where it cannot or may not be opened, or is no regular file.
class InputFile {
public:
	explicit InputFile(const std::string &path, ReadOrder order = ReadOrder::SEQUENTIAL);
	InputFile(const InputFile &) = delete;
	InputFile &operator=(const InputFile &) = delete;
	~InputFile();

	uint64_t Size() const {
		return uint64_t(status.st_size);
	}
	//! Whether the other is the same file and has not been written to between the two openings.
	bool IsSameAs(const struct stat &other) const;
	const struct stat &Status() const {
		return status;
	}
	//! Fills `target` with `bytes` bytes; throws InvalidInput when the file ends before.
	void ReadAt(uint64_t offset, uint64_t bytes, void *target) const;

private:
	int descriptor;
	struct stat status;
};

//! Runs `body`; an InvalidInput that it throws is thrown on with the path in front.
template <class Body>
auto NamingFile(const std::string &path, Body &&body) -> decltype(body()) {
	try {
		return body();
	} catch (const InvalidInput &error) {
		throw InvalidInput(path + ": " + error.what());
	}
}

} // namespace ducktopics
