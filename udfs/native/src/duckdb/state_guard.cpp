#include "state_guard.hpp"

#include "error.hpp"

#include <chrono>
#include <cstring>

#if defined(__linux__)
#include <sys/uio.h>
#include <unistd.h>
#endif

namespace ducktopics {

namespace {

//! How many states that differ from the one before are looked at in one chunk.
constexpr int LOOKS = 4;

//! Reads eight bytes from where memory may not be mapped; false when it is not.
bool ReadSafely(const void *address, uint64_t &value) {
	if (reinterpret_cast<uintptr_t>(address) % sizeof(uint64_t) != 0 || reinterpret_cast<uintptr_t>(address) < 4096) {
		return false;
	}
#if defined(__linux__)
	iovec local {&value, sizeof(value)};
	iovec remote {const_cast<void *>(address), sizeof(value)};
	const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
	if (got >= 0) {
		return got == ssize_t(sizeof(value));
	}
	if (errno == EFAULT) {
		return false;
	}
#endif
	// The kernel forbids the look: what is aligned and not near zero is taken for a state.
	value = StateCookie();
	return true;
}

} // namespace

uint64_t StateCookie() {
	static const uint64_t cookie =
	    0xd0c4709c5a17ULL ^ (uint64_t(std::chrono::steady_clock::now().time_since_epoch().count()) << 16);
	return cookie;
}

// The array may be shorter than `count`: that is what is looked for.
__attribute__((no_sanitize("address"))) void CheckStates(const duckdb_aggregate_state *states, idx_t count) {
	int looks = 0;
	for (idx_t i = 1; i < count && looks < LOOKS; i++) {
		if (states[i] == states[i - 1]) {
			continue;
		}
		looks++;
		uint64_t cookie = 0;
		if (!ReadSafely(states[i], cookie) || cookie != StateCookie()) {
			throw InvalidInput("cannot be used as a window function; use GROUP BY and join the result");
		}
	}
}

} // namespace ducktopics
