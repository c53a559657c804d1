#include "output_file.hpp"

#include "../duckdb/error.hpp"
#include "open_folders.hpp"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace ducktopics {

namespace {

std::string DraftName(const std::string &path) {
	static std::atomic<unsigned> drafts {0};
	return path + "." + std::to_string(getpid()) + "-" + std::to_string(drafts++) + ".tmp";
}

[[noreturn]] void ThrowReason(int error) {
	throw InvalidInput(error == ENOENT ? "no such folder" : std::generic_category().message(error));
}

} // namespace

OutputFile::OutputFile(const std::string &path) : path(path), draft(DraftName(path)), file(nullptr) {
	CheckWritable();
	struct stat status;
	if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
		throw Expected("the name of a file", S_ISDIR(status.st_mode) ? "a folder" : "a device or pipe");
	}
	const int descriptor = open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (descriptor < 0) {
		ThrowReason(errno);
	}
	file = fdopen(descriptor, "wb");
	if (!file) {
		const int error = errno;
		close(descriptor);
		unlink(draft.c_str());
		ThrowReason(error);
	}
}

OutputFile::~OutputFile() {
	if (file) {
		fclose(file);
		unlink(draft.c_str());
	}
}

void OutputFile::Write(const void *bytes, size_t count) {
	if (fwrite(bytes, 1, count, file) != count) {
		ThrowReason(errno);
	}
}

void OutputFile::Commit() {
	// On the disk before it has its name: a crash leaves the old file or the new one.
	if (fflush(file) != 0 || fsync(fileno(file)) != 0 || rename(draft.c_str(), path.c_str()) != 0) {
		ThrowReason(errno);
	}
	fclose(file);
	file = nullptr;
}

} // namespace ducktopics
