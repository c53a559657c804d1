#include "local_path.hpp"

#include "../duckdb/error.hpp"
#include "input_file.hpp"
#include "open_folders.hpp"

#include <algorithm>
#include <cstdlib>
#include <glob.h>
#include <sys/stat.h>

namespace ducktopics {

namespace {

bool StartsWith(const std::string &text, const char *prefix) {
	return text.rfind(prefix, 0) == 0;
}

std::vector<std::string> Matches(const std::string &pattern) {
	glob_t found;
	const int failure = glob(pattern.c_str(), GLOB_NOESCAPE | GLOB_NOSORT, nullptr, &found);
	std::vector<std::string> files;
	if (failure == 0) {
		files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
	}
	globfree(&found);
	if (failure == GLOB_NOSPACE) {
		throw std::bad_alloc();
	}
	// By bytes: the process's locale must not change which row gets which id.
	std::sort(files.begin(), files.end());
	return files;
}

} // namespace

std::string LocalPath(const std::string &path) {
	for (const char *prefix : {"file://localhost/", "file:///", "file:/"}) {
		if (StartsWith(path, prefix)) {
			return "/" + path.substr(std::string(prefix).size());
		}
	}
	if (path.find("://") != std::string::npos) {
		throw Expected("a file of this machine", path);
	}
	const char *home = std::getenv("HOME");
	if (home && (path == "~" || StartsWith(path, "~/"))) {
		return home + path.substr(1);
	}
	return path;
}

std::vector<std::string> ListFiles(const std::vector<std::string> &paths) {
	std::vector<std::string> files;
	for (const std::string &given : paths) {
		const std::string path = LocalPath(given);
		if (path.find_first_of(WILDCARDS) == std::string::npos) {
			files.push_back(path);
			continue;
		}
		NamingFile(path, [&]() { CheckReadablePattern(path); });
		struct stat status;
		if (stat(path.c_str(), &status) == 0) {
			files.push_back(path);
			continue;
		}
		const std::vector<std::string> matches = Matches(path);
		if (matches.empty()) {
			throw InvalidInput(given + ": no file matches");
		}
		files.insert(files.end(), matches.begin(), matches.end());
	}
	return files;
}

} // namespace ducktopics
