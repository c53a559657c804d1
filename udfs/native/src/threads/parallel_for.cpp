#include "parallel_for.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#endif

namespace ducktopics {

namespace {

//! While one of DuckDB's threads is here another may wait for it by asking again and again, and take a core. Threads
//! beyond the cores win back a share of it.
constexpr unsigned SPARE_THREADS = 2;

#ifdef __linux__
//! The cores of the main thread: DuckDB may bind its other threads to one core each. Whether they could be asked for.
bool CoresOfProcess(cpu_set_t &cores) {
	return sched_getaffinity(getpid(), sizeof(cores), &cores) == 0;
}
#endif

unsigned CoreCount() {
#ifdef __linux__
	cpu_set_t cores;
	if (CoresOfProcess(cores)) {
		return unsigned(std::max(1, CPU_COUNT(&cores)));
	}
#endif
	return std::max(1u, std::thread::hardware_concurrency());
}

//! A thread begins on the cores of the one that starts it, but helps others later.
void LeaveCallersCores() {
#ifdef __linux__
	cpu_set_t cores;
	if (CoresOfProcess(cores)) {
		sched_setaffinity(0, sizeof(cores), &cores);
	}
#endif
}

//! What `top -H`, `ps -L` and profilers call the thread; a thread has the name of the one that starts it otherwise.
void NameHelper() {
#ifdef __linux__
	pthread_setname_np(pthread_self(), "topics-helper");
#endif
}

//! One call of ParallelFor. It ends when its pieces are done; helpers that come too late find it closed.
class Loop {
public:
	Loop(uint64_t count, uint64_t piece, const std::function<void(uint64_t, uint64_t)> &body)
	    : count(count), piece(piece), pieces((count + piece - 1) / piece), body(body) {
	}

	void Work() {
		try {
			for (uint64_t i = next++; i < pieces; i = next++) {
				body(i * piece, std::min(count, (i + 1) * piece));
			}
		} catch (...) {
			next = pieces;
			std::lock_guard<std::mutex> guard(lock);
			if (!failure) {
				failure = std::current_exception();
			}
		}
	}

	void Help() {
		{
			std::lock_guard<std::mutex> guard(lock);
			if (closed) {
				return;
			}
			helpers++;
		}
		Work();
		std::lock_guard<std::mutex> guard(lock);
		helpers--;
		left.notify_one();
	}

	//! Waits for those that help, and throws what a piece threw.
	void Close() {
		std::unique_lock<std::mutex> guard(lock);
		closed = true;
		left.wait(guard, [&]() { return helpers == 0; });
		if (failure) {
			std::rethrow_exception(failure);
		}
	}

private:
	const uint64_t count;
	const uint64_t piece;
	const uint64_t pieces;
	//! Lives as long as the call: used only before the loop is closed, or by those it waits for.
	const std::function<void(uint64_t, uint64_t)> &body;
	std::atomic<uint64_t> next {0};
	std::mutex lock;
	std::condition_variable left;
	bool closed = false;
	unsigned helpers = 0;
	std::exception_ptr failure;
};

//! Threads that help with loops. They stay, asleep: a thread that is started for each loop must run to end, and where
//! others have the cores the loop would wait for it.
class HelperPool {
public:
	//! Never destroyed: its threads outlive the program's static objects.
	static HelperPool &Get() {
		static HelperPool &pool = *new HelperPool();
		return pool;
	}

	//! Asks up to `wanted` threads to help.
	void Ask(const std::shared_ptr<Loop> &loop, unsigned wanted) {
		std::lock_guard<std::mutex> guard(lock);
		try {
			while (threads < wanted) {
				std::thread([this]() { Run(); }).detach();
				threads++;
			}
		} catch (const std::exception &) {
			// No thread to be had: those that there are help.
		}
		try {
			for (unsigned i = 0; i < std::min(wanted, threads); i++) {
				loops.push_back(loop);
				asked.notify_one();
			}
		} catch (const std::exception &) {
			// No memory to be had: the caller does the work.
		}
	}

	//! Takes back what nobody has answered.
	void Forget(const std::shared_ptr<Loop> &loop) {
		std::lock_guard<std::mutex> guard(lock);
		loops.erase(std::remove(loops.begin(), loops.end(), loop), loops.end());
	}

private:
	[[noreturn]] void Run() {
		NameHelper();
		LeaveCallersCores();
		while (true) {
			std::shared_ptr<Loop> loop;
			{
				std::unique_lock<std::mutex> guard(lock);
				asked.wait(guard, [&]() { return !loops.empty(); });
				loop = std::move(loops.front());
				loops.pop_front();
			}
			loop->Help();
		}
	}

	std::mutex lock;
	std::condition_variable asked;
	std::deque<std::shared_ptr<Loop>> loops;
	unsigned threads = 0;
};

} // namespace

unsigned TrainingThreads() {
	if (const char *setting = std::getenv("DUCKTOPICS_THREADS")) {
		const int threads = std::atoi(setting);
		if (threads >= 1) {
			return unsigned(std::min(threads, 1024));
		}
	}
	return CoreCount() + SPARE_THREADS;
}

void ParallelFor(uint64_t count, uint64_t piece, const std::function<void(uint64_t begin, uint64_t end)> &body) {
	if (count <= piece) {
		if (count > 0) {
			body(0, count);
		}
		return;
	}
	const auto loop = std::make_shared<Loop>(count, piece, body);
	const uint64_t pieces = (count + piece - 1) / piece;
	const unsigned wanted = unsigned(std::min<uint64_t>(pieces - 1, TrainingThreads() - 1));
	if (wanted > 0) {
		HelperPool::Get().Ask(loop, wanted);
	}
	loop->Work();
	if (wanted > 0) {
		HelperPool::Get().Forget(loop);
	}
	loop->Close();
}

} // namespace ducktopics
