#include "input_file.hpp"

#include "open_folders.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace ducktopics {

namespace {

//! The most that Linux reads at once, rounded down.
constexpr uint64_t LARGEST_READ = 1 << 30;

std::string Reason(int error) {
	return error == ENOENT ? "no such file" : std::generic_category().message(error);
}

} // namespace

InputFile::InputFile(const std::string &path, ReadOrder order) : descriptor(-1) {
	// Not blocking: a named pipe without a writer would wait for ever.
	descriptor = open(ReadablePath(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0 || fstat(descriptor, &status) != 0) {
		const int error = errno;
		if (descriptor >= 0) {
			close(descriptor);
		}
		throw InvalidInput(Reason(error));
	}
	if (!S_ISREG(status.st_mode)) {
		close(descriptor);
		throw Expected("a file", S_ISDIR(status.st_mode) ? "a folder" : "a device or pipe");
	}
#if defined(POSIX_FADV_SEQUENTIAL)
	posix_fadvise(descriptor, 0, 0, order == ReadOrder::RANDOM ? POSIX_FADV_RANDOM : POSIX_FADV_SEQUENTIAL);
#endif
}

InputFile::~InputFile() {
	close(descriptor);
}

bool InputFile::IsSameAs(const struct stat &other) const {
	return status.st_dev == other.st_dev && status.st_ino == other.st_ino && status.st_size == other.st_size &&
	       status.st_mtim.tv_sec == other.st_mtim.tv_sec && status.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

void InputFile::ReadAt(uint64_t offset, uint64_t bytes, void *target) const {
	uint64_t done = 0;
	while (done < bytes) {
		const ssize_t got = pread(descriptor, static_cast<char *>(target) + done, std::min(bytes - done, LARGEST_READ),
		                          off_t(offset + done));
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			throw InvalidInput(Reason(errno));
		}
		if (got == 0) {
			throw Expected("at least " + std::to_string(offset + bytes) + " bytes", std::to_string(offset + done));
		}
		done += uint64_t(got);
	}
}

} // namespace ducktopics
