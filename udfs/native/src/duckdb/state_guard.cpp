#include "state_guard.hpp"

#include "error.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <unistd.h>

#if defined(__linux__)
#include <dlfcn.h>
#include <sys/uio.h>
#endif

namespace ducktopics {

namespace {

//! How many states that differ from the one before are looked at in one chunk.
constexpr int LOOKS = 16;

//! A pipe of this thread, through which the kernel reads memory for us where it offers no other way.
class ProbePipe {
public:
	ProbePipe() {
		if (pipe(ends) != 0) {
			throw InvalidInput("cannot make a pipe");
		}
	}
	~ProbePipe() {
		close(ends[0]);
		close(ends[1]);
	}
	bool Read(const void *address, void *target, size_t size) {
		return write(ends[1], address, size) == ssize_t(size) && read(ends[0], target, size) == ssize_t(size);
	}

private:
	int ends[2];
};

//! Copies from memory that may not be mapped; false when it is not, or where no object of ours can lie.
template <class T>
bool ReadSafely(const void *address, T &target) {
	if (reinterpret_cast<uintptr_t>(address) % sizeof(uint64_t) != 0 || reinterpret_cast<uintptr_t>(address) < 4096) {
		return false;
	}
#if defined(__linux__)
	iovec local {&target, sizeof(T)};
	iovec remote {const_cast<void *>(address), sizeof(T)};
	const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
	if (got >= 0) {
		return got == ssize_t(sizeof(T));
	}
	if (errno == EFAULT) {
		return false;
	}
#endif
	thread_local ProbePipe probe;
	return probe.Read(address, &target, sizeof(T));
}

//! A state or header as bytes, since it may be anything.
struct StateBytes {
	uint64_t cookie;
	const StateHeader *object;
};
struct HeaderBytes {
	uint64_t type_cookie;
	const void *array_start;
};

//! Whether a state of the aggregate lies at the address that stands at `place`, and is not another array's first.
bool IsNeighbour(const void *address, const void *place, uint64_t type_cookie) {
	StateBytes state;
	if (!ReadSafely(address, state) || state.cookie != StateCookie()) {
		return false;
	}
	HeaderBytes header;
	return ReadSafely(state.object, header) && header.type_cookie == type_cookie && header.array_start != place;
}

using UsableSize = size_t (*)(const void *);

//! The function by which DuckDB's own allocator tells how large a piece is; null in a DuckDB that uses malloc.
UsableSize FindUsableSize() {
#if defined(__linux__)
	Dl_info library;
	if (!dladdr(reinterpret_cast<const void *>(duckdb_open), &library) || !library.dli_fname) {
		return nullptr;
	}
	for (const char *file : {library.dli_fname, static_cast<const char *>(nullptr)}) {
		void *handle = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);
		void *found = handle ? dlsym(handle, "duckdb_je_malloc_usable_size") : nullptr;
		if (handle) {
			dlclose(handle);
		}
		if (found) {
			return reinterpret_cast<UsableSize>(found);
		}
	}
#endif
	return nullptr;
}

//! Whether the piece of memory that the array lies in is known to be too small for `count` states: that of a constant
//! vector holds one.
bool IsTooSmall(const duckdb_aggregate_state *states, idx_t count) {
	static const UsableSize usable_size = FindUsableSize();
	if (usable_size) {
		return usable_size(states) < count * sizeof(*states);
	}
#if defined(__GLIBC__)
	// The size stands before the piece. The smallest has room for three; what stands there in a piece of another
	// allocator is hardly ever this number.
	constexpr uint64_t SMALLEST_PIECE = 32;
	constexpr uint64_t FLAGS = 7;
	uint64_t size;
	return ReadSafely(states - 1, size) && (size & ~FLAGS) == SMALLEST_PIECE;
#else
	return false;
#endif
}

} // namespace

uint64_t StateCookie() {
	static const uint64_t cookie =
	    0xd0c4709c5a17ULL ^ (uint64_t(std::chrono::steady_clock::now().time_since_epoch().count()) << 16);
	return cookie;
}

// The array may be shorter than `count`: that is what is looked for.
__attribute__((no_sanitize("address"))) void CheckStates(const duckdb_aggregate_state *states, idx_t count,
                                                         uint64_t type_cookie) {
	static const char *const ERROR = "takes neither OVER nor ORDER BY: use GROUP BY and join the result";
	StateHeader *first = reinterpret_cast<AggregateState *>(states[0])->object;
	if (first->neighbour_place == states) {
		throw InvalidInput(ERROR);
	}
	first->array_start = states;
	int looks = 0;
	for (idx_t i = 1; i < count && looks < LOOKS; i++) {
		if (states[i] == states[i - 1]) {
			continue;
		}
		looks++;
		if (looks == 1 && IsTooSmall(states, count)) {
			throw InvalidInput(ERROR);
		}
		if (!IsNeighbour(states[i], states + i, type_cookie)) {
			throw InvalidInput(ERROR);
		}
		reinterpret_cast<AggregateState *>(states[i])->object->neighbour_place = states + i;
	}
}

} // namespace ducktopics
