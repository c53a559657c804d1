#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace ducktopics {

struct FreeDeleter {
	void operator()(void *p) const {
		std::free(p);
	}
};

//! An uninitialised array that starts on a cache line. A large one asks for huge pages: the first touch of each small
//! page costs more than clearing it.
template <class T>
class AlignedBuffer {
public:
	AlignedBuffer() = default;
	explicit AlignedBuffer(size_t count) {
		Resize(count);
	}

	//! Makes room for `count` items; what was there is lost when it grows.
	void Resize(size_t count) {
		if (count <= capacity) {
			return;
		}
		const size_t alignment = count * sizeof(T) < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
		const size_t bytes = (count * sizeof(T) + alignment - 1) / alignment * alignment;
		data.reset(static_cast<T *>(std::aligned_alloc(alignment, bytes)));
		if (!data) {
			capacity = 0;
			throw std::bad_alloc();
		}
		capacity = count;
#ifdef MADV_HUGEPAGE
		if (alignment == HUGE_PAGE) {
			madvise(data.get(), bytes, MADV_HUGEPAGE);
		}
#endif
	}

	T *Get() const {
		return data.get();
	}

private:
	static constexpr size_t CACHE_LINE = 64;
	static constexpr size_t HUGE_PAGE = 2 << 20;
	std::unique_ptr<T[], FreeDeleter> data;
	size_t capacity = 0;
};

} // namespace ducktopics
