# SPDX-License-Identifier: Apache-2.0
"""The rules of the house as tables: which room stands above which, and which room owns which library."""

CORE_ROOMS = (
    "base domain schema config http dialect text classify policy gate cache learn admit upstream journal analytics "
    "telemetry control server engine lab"
).split()
UI_ROOMS = "theme settings state bridge models widgets dialogs pages shell".split()
CORE_SEEN_BY_UI = {"base", "domain", "control"}

# Header prefix → who may include it. A room name stands for the room's code and its tests; a path for that file only.
# The longest prefix that fits decides.
THIRD_PARTY = {
    "CLI/": {"app"},
    "Eigen/": {"classify"},
    "benchmark/": {"bench"},
    "boost/asio/": {"*"},
    "boost/asio/ip/": {"server"},
    "boost/asio/local/": {"server"},
    "boost/asio/posix/": {"server", "upstream"},
    "boost/asio/signal_set.hpp": {"app"},
    "boost/asio/ssl/": {"server"},
    "boost/beast/": {"http", "server"},
    "boost/math/": {"analytics"},
    "curl/": {"upstream"},
    "emmintrin.h": {"core/base/byte_block.h"},
    "fmt/": {"base"},
    "gmock/": {"tests"},
    "gtest/": {"tests"},
    "hnswlib/": {"cache"},
    "libpq": {"journal"},
    "libsecret/": {"config"},
    "linear.h": {"classify"},
    "nlohmann/": {"core/base/json.h"},
    "openssl/": {"base", "server", "upstream"},
    "prometheus/": {"engine"},
    "re2/": {"text", "schema"},
    "sys/syscall.h": {"bench/call_times.cpp", "tests/flow/moved_clock.cpp"},
    "source_dir.h": {"tests"},  # written when the build is configured
    "spdlog/": {"base"},
    "sqlite3.h": {"journal"},
    "utf8proc.h": {"text"},
    "valijson/": {"schema"},
    "xgboost/": {"classify"},
    "yaml-cpp/": {"config"},
    "zlib.h": {"http"},
}

# Headers of the language and of the operating system.
STANDARD = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits
    clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib
    cstring ctime cuchar cwchar cwctype deque exception execution expected filesystem format forward_list fstream functional
    future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource
    mutex new numbers numeric optional ostream queue random ranges ratio scoped_allocator semaphore set shared_mutex
    source_location span spanstream sstream stack stacktrace stdexcept stop_token streambuf string string_view strstream
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant
    vector version""".split()
)
SYSTEM = set(
    """dirent.h dlfcn.h errno.h fcntl.h ifaddrs.h locale.h malloc.h net/if.h netdb.h netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h
    sched.h signal.h stdio.h stdlib.h string.h sys/epoll.h sys/eventfd.h sys/file.h sys/ioctl.h sys/mman.h sys/prctl.h sys/random.h sys/resource.h
    sys/socket.h sys/stat.h sys/statvfs.h sys/sysinfo.h sys/time.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h
    syslog.h termios.h time.h unistd.h arpa/inet.h""".split()
)

MOST_LINES = 500  # of a file of code: at this many it has become two
CODE = {".cpp", ".h", ".py", ".sh", ".cmake"}
WITH_LICENCE = CODE | {".txt:CMakeLists", ".yaml", ".yml"}
SKIPPED_FOLDERS = {".git", ".cache", "build", "__pycache__", ".venv", "node_modules", "LICENSES"}
