#pragma once

#include <string>
#include <vector>

namespace ducktopics {

//! What makes a path a pattern.
constexpr const char *WILDCARDS = "*?[";

//! The name by which the operating system knows a path: a leading `~` is the home folder, `file:` is taken off.
//! Throws InvalidInput for a URL of another kind.
std::string LocalPath(const std::string &path);

//! The files that paths name, as local paths. A path with `*`, `?` or `[...]` stands for the files that match it, in
//! the order of their names; one that is the name of a file stands for that file. Throws InvalidInput where nothing
//! matches, or where they may not be looked for.
std::vector<std::string> ListFiles(const std::vector<std::string> &paths);

} // namespace ducktopics
