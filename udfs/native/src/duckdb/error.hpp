#pragma once

#include <new>
#include <stdexcept>
#include <string>

namespace ducktopics {

//! What a user did wrong: what was expected and what came, without the function's name.
struct InvalidInput : std::runtime_error {
	using std::runtime_error::runtime_error;
};

//! "expected <expected>, got <got>"
inline InvalidInput Expected(const std::string &expected, const std::string &got) {
	return InvalidInput("expected " + expected + ", got " + got);
}

//! Runs `body`; whatever it throws becomes an error of DuckDB's, "<function>: <what>". Nothing is thrown from here.
template <class Body, class SetError, class Info>
bool Guarded(const char *function, Info info, SetError set_error, Body &&body) noexcept {
	try {
		try {
			body();
			return true;
		} catch (const std::bad_alloc &) {
			set_error(info, (std::string(function) + ": out of memory").c_str());
		} catch (const std::exception &error) {
			set_error(info, (std::string(function) + ": " + error.what()).c_str());
		}
	} catch (...) {
		set_error(info, "ducktopics: unknown error");
	}
	return false;
}

} // namespace ducktopics
