// SPDX-License-Identifier: Apache-2.0
#include "upstream/curl_error.h"

namespace signalbox::upstream {
namespace {

ErrorCode kindOf(CURLcode code, bool got_bytes) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return ErrorCode::UpstreamDns;
    case CURLE_COULDNT_CONNECT: return ErrorCode::UpstreamConnect;
    case CURLE_OPERATION_TIMEDOUT: return got_bytes ? ErrorCode::UpstreamTimeout : ErrorCode::UpstreamConnect;  // only connecting has a curl limit
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED: return ErrorCode::UpstreamTls;
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM: return ErrorCode::UpstreamTruncated;
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING: return got_bytes ? ErrorCode::UpstreamTruncated : ErrorCode::UpstreamConnect;
    default: return ErrorCode::UpstreamMalformed;
  }
}

}  // namespace

Error curlError(CURLcode code, const char* details, int status, bool got_bytes) {
  std::string what = details && *details ? details : curl_easy_strerror(code);
  // curl's word for a line of the head that outgrew its buffer; nothing is short of memory.
  if (code == CURLE_OUT_OF_MEMORY && !got_bytes) what = "a line of its answer's head is too long";
  if (code == CURLE_FILESIZE_EXCEEDED) what = "its answer is larger than 64 MiB";
  return Error{kindOf(code, got_bytes), "the upstream failed: " + what, {}, {}, status, 0};
}

}  // namespace signalbox::upstream
