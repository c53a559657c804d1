#pragma once

#include <string>

namespace ducktopics {

enum class FunctionKind { SCALAR, AGGREGATE, TABLE };

//! What `ducktopics_functions()` and the reference say of one function. Every registration needs a whole one:
//! `DUCKTOPICS_DOCUMENTED` fails the build otherwise.
struct FunctionDocumentation {
	const char *name;
	FunctionKind kind;
	//! Comma-separated, optional ones as `name := default`; may be empty.
	const char *parameters;
	const char *returns;
	//! The first sentence stands alone in listings.
	const char *description;
	//! One statement that runs.
	const char *example;
};

constexpr bool IsFilled(const char *text) {
	return text && text[0] != '\0';
}

constexpr bool IsDocumented(const FunctionDocumentation &doc) {
	return IsFilled(doc.name) && doc.parameters && IsFilled(doc.returns) && IsFilled(doc.description) &&
	       IsFilled(doc.example);
}

#define DUCKTOPICS_DOCUMENTED(doc)                                                                                     \
	static_assert(IsDocumented(doc), "name, parameters, returns, description and example are all needed")

} // namespace ducktopics
