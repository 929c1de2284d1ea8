// SPDX-License-Identifier: GPL-3.0-only
// The WebSocket to one router and what is open on it: calls that wait for their answer and feeds that are taken up again after a
// drop where they ended. Reconnects by itself for ever, but not after a refused token or certificate. Lives on its own thread
// (LinkThread), so that parsing never holds up the GUI; every member is called there.
#pragma once
#include <QObject>
#include <QTimer>
#include <QUrl>
#include <QWebSocket>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/secret.h"
#include "bridge/router_link.h"

namespace signalbox::ui {

struct RemoteAddress {
  QUrl url;             // ws:// or wss://; the path /control is added where there is none
  Secret token;
  int answer_within_ms = 10'000;  // from opening to the answer to hello; then it is tried again
};

// What it tells whoever owns it; called on its thread.
struct RemoteEvents {
  std::function<void(LinkState)> state;
  // Up: `fresh` means that nothing could be resumed, because the router or its store is another than before.
  std::function<void(bool fresh)> up;
};

class RemoteSession : public QObject {
  Q_OBJECT
 public:
  struct Feed {
    std::string method;
    Json params;
    bool resumes = false;                              // understands `last`
    std::function<void(const Result<Json>&)> sink;
  };

  RemoteSession(RemoteAddress address, RemoteEvents events);

  void open();
  void close();
  void retryNow();
  // `progress` is told what comes for this call after its answer, until it says that nothing more will.
  using Progress = std::function<void(std::optional<std::int64_t> count, bool counting)>;
  // Its id, by which it can be called off; 0 = it was answered at once.
  std::int64_t call(const std::string& method, const Json& params, std::function<void(Result<Json>)> reply, Progress progress = {});
  void callOff(std::int64_t id);
  void subscribe(std::int64_t key, Feed feed);   // `key` is the caller's, unique
  void unsubscribe(std::int64_t key);

 private:
  struct OpenFeed {
    Feed feed;
    std::optional<std::int64_t> last;
    std::string subscription;                    // as the server calls it; empty until it answered
  };

  void connectSignals();
  void opened();
  void lost(const QString& why);
  void refused(LinkState::Kind kind, const QString& why);
  void greeted(const control::Hello& hello);
  void sendSubscribe(std::int64_t key);
  void received(const QString& text);
  void take(const Json& message);
  void deliver(OpenFeed& feed, const Json& content);
  void answer(const Json& message);
  void takeProgress(const Json& params);
  void beat();
  void say(LinkState::Kind kind, const QString& detail = {}, WallMicros retry_at = 0);
  void failAll(const QString& why);

  const RemoteAddress address_;
  const RemoteEvents events_;
  QWebSocket socket_;
  QTimer retry_, ping_, deadline_;
  QString problem_;                              // of the handshake, more telling than what the socket says at the end
  std::int64_t next_id_ = 1;
  std::map<std::int64_t, std::function<void(Result<Json>)>> waiting_;
  std::map<std::int64_t, Progress> counting_;      // calls whose count may still come, by id
  std::map<std::int64_t, OpenFeed> feeds_;
  std::string epoch_, store_;
  int attempt_ = 0, unanswered_pings_ = 0;
  bool up_ = false, was_up_ = false, stopped_ = true;
};

}  // namespace signalbox::ui
