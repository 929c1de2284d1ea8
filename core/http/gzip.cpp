// SPDX-License-Identifier: Apache-2.0
#include "http/gzip.h"

#include <zlib.h>

#include <array>
#include <new>

#include "base/strings.h"

namespace signalbox::http {
namespace {
constexpr int kGzipOrZlib = 15 + 32;  // zlib's word for the largest window, and for finding out by itself which of the two it is
}

struct Inflater::Stream {
  z_stream zlib{};
  Stream() {
    if (::inflateInit2(&zlib, kGzipOrZlib) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { ::inflateEnd(&zlib); }
};

Inflater::Inflater(InflateLimits limits) : limits_(limits), stream_(std::make_unique<Stream>()) {}
Inflater::~Inflater() = default;

bool Inflater::reads(std::string_view encoding) {
  return equalsIgnoreCase(encoding, "gzip") || equalsIgnoreCase(encoding, "x-gzip") || equalsIgnoreCase(encoding, "deflate");
}

bool Inflater::grown(std::size_t by) {
  out_ += by;
  if (out_ > limits_.max_bytes) why_ = "inflates to more than 8 MiB";
  else if (out_ / limits_.max_ratio > in_) why_ = "inflates to more than 100 times its size";
  return why_.empty();
}

bool Inflater::feed(std::string_view packed, std::string& out) {
  z_stream& zlib = stream_->zlib;
  in_ += packed.size();
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  zlib.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 16 << 10> piece;
  do {
    if (complete_) {  // one gzip member may follow another
      if (zlib.avail_in == 0) break;
      ::inflateReset(&zlib);
      complete_ = false;
    }
    zlib.next_out = reinterpret_cast<Bytef*>(piece.data());
    zlib.avail_out = static_cast<uInt>(piece.size());
    const int code = ::inflate(&zlib, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      why_ = "is not compressed as it says";
      return false;
    }
    const std::size_t made = piece.size() - zlib.avail_out;
    if (!grown(made)) return false;
    out.append(piece.data(), made);
    complete_ = code == Z_STREAM_END;
    if (code == Z_BUF_ERROR) break;
  } while (zlib.avail_in > 0 || zlib.avail_out == 0);
  return true;
}

std::string gzip(std::string_view text) {
  constexpr int kGzip = 15 + 16, kMemory = 8;
  z_stream zlib{};
  if (::deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzip, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  std::string out(::deflateBound(&zlib, text.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  ::deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  ::deflateEnd(&zlib);
  return out;
}

}  // namespace signalbox::http
