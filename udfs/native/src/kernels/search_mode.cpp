#include "search_mode.hpp"

#include <cstdlib>
#include <cstring>

namespace ducktopics {

SearchMode RequestedSearchMode() {
	static const SearchMode mode = []() {
		const char *setting = std::getenv("DUCKTOPICS_PRUNING");
		if (setting && std::strcmp(setting, "never") == 0) {
			return SearchMode::PLAIN;
		}
		return setting && std::strcmp(setting, "always") == 0 ? SearchMode::PROJECTED : SearchMode::AUTOMATIC;
	}();
	return mode;
}

} // namespace ducktopics
