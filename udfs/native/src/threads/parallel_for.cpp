#include "parallel_for.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace ducktopics {

namespace {

//! While one of DuckDB's threads is here another may wait for it by asking again and again, and take a core. Two more
//! threads than cores win back half of what that takes of two cores: 15 % of the time of a training.
constexpr unsigned SPARE_THREADS = 2;

//! Helper threads that run now, in all calls together.
std::atomic<unsigned> helpers_running {0};

//! Takes up to `wanted` helpers so that all calls together use no more threads than TrainingThreads.
unsigned TakeHelpers(unsigned wanted) {
	const unsigned limit = TrainingThreads() - 1;
	unsigned running = helpers_running.load();
	while (true) {
		const unsigned taken = std::min(wanted, limit > running ? limit - running : 0);
		if (helpers_running.compare_exchange_weak(running, running + taken)) {
			return taken;
		}
	}
}

} // namespace

unsigned TrainingThreads() {
	if (const char *setting = std::getenv("DUCKTOPICS_THREADS")) {
		const int threads = std::atoi(setting);
		if (threads >= 1) {
			return unsigned(std::min(threads, 1024));
		}
	}
	return std::max(1u, std::thread::hardware_concurrency()) + SPARE_THREADS;
}

void ParallelFor(uint64_t count, uint64_t piece, const std::function<void(uint64_t begin, uint64_t end)> &body) {
	const uint64_t pieces = (count + piece - 1) / piece;
	if (pieces <= 1) {
		if (count > 0) {
			body(0, count);
		}
		return;
	}
	std::atomic<uint64_t> next {0};
	std::exception_ptr failure;
	std::mutex failure_lock;
	const auto work = [&]() {
		try {
			for (uint64_t i = next++; i < pieces; i = next++) {
				body(i * piece, std::min(count, (i + 1) * piece));
			}
		} catch (...) {
			next = pieces;
			std::lock_guard<std::mutex> guard(failure_lock);
			if (!failure) {
				failure = std::current_exception();
			}
		}
	};
	const unsigned helper_count = TakeHelpers(unsigned(std::min<uint64_t>(pieces > 0 ? pieces - 1 : 0, 1023)));
	std::vector<std::thread> helpers;
	try {
		helpers.reserve(helper_count);
		for (unsigned i = 0; i < helper_count; i++) {
			helpers.emplace_back(work);
		}
	} catch (const std::exception &) {
		// No thread or memory to be had: those that started and this one do the work.
	}
	work();
	for (std::thread &helper : helpers) {
		helper.join();
	}
	helpers_running -= helper_count;
	if (failure) {
		std::rethrow_exception(failure);
	}
}

} // namespace ducktopics
