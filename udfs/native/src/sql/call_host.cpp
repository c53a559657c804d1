#include "../duckdb/arguments.hpp"
#include "../duckdb/register.hpp"
#include "../registration.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace ducktopics {

namespace {

// _call_host(socket VARCHAR, function VARCHAR, query VARCHAR, arguments VARCHAR) -> VARCHAR
//
// Runs a TypeScript function (udfs/*.ts) of the program that holds this database, and waits for its answers in DuckDB's
// thread. So such a function may be asynchronous, the program's event loop stays free, and all rows of a chunk are
// under way at once. `socket` is a Unix socket on which the program listens for its own process; no other connection is
// made. Internal: the program defines a macro for each function, which fills in the first three.
//
// To the program:    function '\n' query '\n' '[' arguments of row 0, as JSON, or null ',' row 1 ... ']', end of stream
// From the program:  a frame that is empty, or the text of an error; then a frame for each row, end of stream
// A frame:           its length as uint32 of this machine, 0xFFFFFFFF for NULL; the bytes
constexpr const char *NAME = "_call_host";
constexpr uint32_t NULL_FRAME = 0xFFFFFFFF;

//! A connection to the program's socket, closed with the object.
class HostConnection {
public:
	explicit HostConnection(const std::string &path) : descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
		sockaddr_un address {};
		address.sun_family = AF_UNIX;
		if (descriptor < 0 || path.size() >= sizeof(address.sun_path)) {
			Close();
			throw InvalidInput("cannot make a socket for " + path);
		}
		std::memcpy(address.sun_path, path.data(), path.size());
		int connected;
		do {
			connected = connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof(address));
		} while (connected < 0 && errno == EINTR);
		if (connected < 0) {
			Close();
			throw Stopped();
		}
		if (!IsOwn()) {
			Close();
			throw InvalidInput("expected a socket of this process, got one of another");
		}
	}
	HostConnection(const HostConnection &) = delete;
	HostConnection &operator=(const HostConnection &) = delete;
	~HostConnection() {
		Close();
	}

	void Send(const std::string &request) {
		for (size_t sent = 0; sent < request.size();) {
			const ssize_t written = send(descriptor, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
			if (written >= 0) {
				sent += size_t(written);
			} else if (errno != EINTR) {
				throw Stopped();
			}
		}
		shutdown(descriptor, SHUT_WR);
	}

	//! The next frame; false for NULL.
	bool ReceiveFrame(std::string &bytes) {
		uint32_t length;
		Receive(reinterpret_cast<char *>(&length), sizeof(length));
		if (length == NULL_FRAME) {
			return false;
		}
		bytes.resize(length);
		Receive(&bytes[0], length);
		return true;
	}

private:
	//! Whether this very process listens at the other end: SQL must not reach other programs' sockets.
	bool IsOwn() const {
		ucred peer {};
		socklen_t size = sizeof(peer);
		return getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid();
	}

	static InvalidInput Stopped() {
		return InvalidInput("cancelled: the program that answers has stopped or was interrupted");
	}

	void Receive(char *target, size_t length) {
		while (length > 0) {
			const ssize_t received = recv(descriptor, target, length, 0);
			if (received > 0) {
				target += received;
				length -= size_t(received);
			} else if (received == 0 || errno != EINTR) {
				throw Stopped();
			}
		}
	}

	void Close() {
		if (descriptor >= 0) {
			close(descriptor);
		}
		descriptor = -1;
	}

	int descriptor;
};

void CallHost(duckdb_data_chunk input, duckdb_vector output) {
	const idx_t count = duckdb_data_chunk_get_size(input);
	const TextColumn socket(duckdb_data_chunk_get_vector(input, 0));
	const TextColumn function(duckdb_data_chunk_get_vector(input, 1));
	const TextColumn query(duckdb_data_chunk_get_vector(input, 2));
	const TextColumn arguments(duckdb_data_chunk_get_vector(input, 3));
	if (count == 0) {
		return;
	}
	if (socket.IsNull(0) || function.IsNull(0) || query.IsNull(0)) {
		throw Expected("a socket, a function and a query", "NULL");
	}
	std::string request = function.Get(0) + '\n' + query.Get(0) + "\n[";
	for (idx_t row = 0; row < count; row++) {
		request += row == 0 ? "" : ",";
		request += arguments.IsNull(row) ? "null" : arguments.Get(row);
	}
	request += ']';
	HostConnection host(socket.Get(0));
	host.Send(request);
	std::string bytes;
	if (host.ReceiveFrame(bytes) && !bytes.empty()) {
		throw InvalidInput(bytes);
	}
	for (idx_t row = 0; row < count; row++) {
		if (host.ReceiveFrame(bytes)) {
			duckdb_vector_assign_string_element_len(output, row, bytes.data(), bytes.size());
		} else {
			SetNull(output, row);
		}
	}
}

void Run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
	std::string function = NAME;
	Guarded(NAME, info, duckdb_scalar_function_set_error, [&]() {
		if (duckdb_data_chunk_get_size(input) > 0) {
			function = TextColumn(duckdb_data_chunk_get_vector(input, 1)).Get(0);
		}
	});
	Guarded(function.c_str(), info, duckdb_scalar_function_set_error, [&]() { CallHost(input, output); });
}

} // namespace

void RegisterCallHost(duckdb_connection connection) {
	const LogicalType text(DUCKDB_TYPE_VARCHAR);
	duckdb_scalar_function function = duckdb_create_scalar_function();
	duckdb_scalar_function_set_name(function, NAME);
	for (int i = 0; i < 4; i++) {
		duckdb_scalar_function_add_parameter(function, text.Get());
	}
	duckdb_scalar_function_set_return_type(function, text.Get());
	duckdb_scalar_function_set_special_handling(function);
	// A constant call must not run when a statement is only prepared or explained: it costs money.
	duckdb_scalar_function_set_volatile(function);
	duckdb_scalar_function_set_function(function, Run);
	const duckdb_state state = duckdb_register_scalar_function(connection, function);
	duckdb_destroy_scalar_function(&function);
	CheckRegistered(state, NAME);
}

} // namespace ducktopics
