#include "open_folders.hpp"

#include "../duckdb/error.hpp"
#include "local_path.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <vector>

namespace ducktopics {

namespace {

constexpr const char *VARIABLE = "DUCKTOPICS_FILES";

//! Paths without links and `..`.
using Folders = std::vector<std::filesystem::path>;

//! Null: files are not limited. Functions may run while another database loads the extension.
std::shared_ptr<const Folders> open_folders;

std::shared_ptr<const Folders> Limit() {
	return std::atomic_load(&open_folders);
}

//! The path without links and `..`; what does not exist of it is taken by its letters.
std::filesystem::path Canonical(const std::string &path) {
	return std::filesystem::weakly_canonical(std::filesystem::absolute(path)).lexically_normal();
}

bool IsBelow(const std::filesystem::path &path, const std::filesystem::path &folder) {
	return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

[[noreturn]] void Refuse(const Folders &folders) {
	throw InvalidInput(folders.empty() ? "may not be opened, files are closed"
	                                   : "may not be opened, it is outside the folders that are open");
}

} // namespace

void ReadOpenFolders() {
	std::shared_ptr<Folders> folders;
	if (const char *setting = std::getenv(VARIABLE)) {
		folders = std::make_shared<Folders>();
		std::istringstream names(setting);
		for (std::string name; std::getline(names, name, ':');) {
			if (name.empty()) {
				continue;
			}
			// `/data/` ends in an empty part, which no file below it has.
			std::filesystem::path folder = Canonical(name);
			folders->push_back(folder.has_filename() ? folder : folder.parent_path());
		}
	}
	std::atomic_store(&open_folders, std::shared_ptr<const Folders>(folders));
}

std::string ReadablePath(const std::string &path) {
	const std::shared_ptr<const Folders> folders = Limit();
	if (!folders) {
		return path;
	}
	// The system would take a shorter path than the one that is checked.
	if (path.find('\0') != std::string::npos) {
		Refuse(*folders);
	}
	std::filesystem::path canonical;
	try {
		canonical = Canonical(path);
	} catch (const std::filesystem::filesystem_error &) {
		Refuse(*folders);
	}
	for (const std::filesystem::path &folder : *folders) {
		if (IsBelow(canonical, folder)) {
			return canonical.string();
		}
	}
	Refuse(*folders);
}

void CheckReadablePattern(const std::string &pattern) {
	const std::shared_ptr<const Folders> folders = Limit();
	if (!folders) {
		return;
	}
	const size_t slash = pattern.find_last_of('/', pattern.find_first_of(WILDCARDS));
	ReadablePath(slash == std::string::npos ? "." : pattern.substr(0, slash + 1));
	// Behind the first wildcard, `..` would lead out of a folder that is not known yet.
	for (const std::filesystem::path &part : std::filesystem::path(pattern.substr(slash + 1))) {
		if (part == "..") {
			Refuse(*folders);
		}
	}
}

void CheckWritable() {
	if (Limit()) {
		throw InvalidInput("may not be written, files are closed");
	}
}

} // namespace ducktopics
