// SPDX-License-Identifier: Apache-2.0
#include "console/router_list.h"

#include <gtest/gtest.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <condition_variable>
#include <mutex>

namespace signalbox::app {
namespace {
using namespace ui;

constexpr auto kToken = "sbx-a-token-that-is-secret";

// A keyring in memory that is locked until it is opened.
struct Drawer {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = true;
  std::map<std::string, std::string> entries;

  void unlock() {
    {
      const std::lock_guard lock(mutex);
      open = true;
    }
    opened.notify_all();
  }
  static RouterList::Keyring keyring(const std::shared_ptr<Drawer>& drawer) {
    return {[drawer](const std::string& entry) -> Result<Secret> {
              std::unique_lock lock(drawer->mutex);
              drawer->opened.wait(lock, [&] { return drawer->open; });
              const auto found = drawer->entries.find(entry);
              if (found == drawer->entries.end()) return fail(ErrorCode::NotFound, "no such entry");
              return Secret(found->second);
            },
            [drawer](const std::string& entry, const Secret& token) -> Result<void> {
              const std::lock_guard lock(drawer->mutex);
              drawer->entries[entry] = std::string(token.reveal());
              return {};
            }};
  }
};

class RouterListTest : public ::testing::Test {
 protected:
  [[nodiscard]] QString path() const { return folder.filePath(QStringLiteral("console.ini")); }
  [[nodiscard]] QByteArray file() const {
    QFile written(path());
    return written.open(QIODevice::ReadOnly) ? written.readAll() : QByteArray();
  }
  const QUrl url{QStringLiteral("wss://router.example:8788")};
  const QString id = RouterList::idOf(url);
  QTemporaryDir folder;
  std::shared_ptr<Drawer> drawer = std::make_shared<Drawer>();
};

TEST_F(RouterListTest, writesNameAndAddressButNeverAToken) {
  {
    Settings settings(path());
    RouterList list(settings, Drawer::keyring(drawer));
    QUrl with_user = url;
    with_user.setUserInfo(QStringLiteral("ana:%1").arg(QLatin1String(kToken)));
    list.add({with_user, Secret(kToken)}, QStringLiteral("prod"), true);
    list.add({QUrl(QStringLiteral("ws://127.0.0.1:9000")), Secret(kToken)}, QStringLiteral("once"), false);
    settings.flush();
  }
  EXPECT_TRUE(file().contains("router.example:8788")) << file().toStdString();
  EXPECT_FALSE(file().contains(kToken)) << file().toStdString();
  Settings again(path());
  const RouterList list(again, Drawer::keyring(drawer));
  ASSERT_EQ(list.all().size(), 1U) << "for this run only is for this run only";
  EXPECT_EQ(list.all().begin()->second.name, QStringLiteral("prod"));
  EXPECT_TRUE(list.all().begin()->second.address.token.empty());
}

TEST_F(RouterListTest, takesTheTokenFromTheKeyringWhereItWasKept) {
  Settings settings(path());
  {
    RouterList list(settings, Drawer::keyring(drawer));
    list.add({url, Secret(kToken)}, QStringLiteral("prod"), true);
    std::optional<QString> problem;
    list.keepToken(id, [&](const QString& text) { problem = text; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return problem.has_value(); }));
    EXPECT_TRUE(problem->isEmpty()) << problem->toStdString();
  }
  RouterList list(settings, Drawer::keyring(drawer));
  std::optional<std::string> token;
  list.find(id, [&](const RouterList::Known& known) { token = std::string(known.address.token.reveal()); });
  ASSERT_TRUE(QTest::qWaitFor([&] { return token.has_value(); }));
  EXPECT_EQ(*token, kToken);
}

TEST_F(RouterListTest, aKeyringThatIsUnlockedLateTakesNobodyAnywhere) {
  Settings settings(path());
  settings.set(settings::kRouters, QStringList{QStringLiteral("prod\twss://router.example:8788"), QStringLiteral("lab\twss://lab.example")});
  RouterList list(settings, Drawer::keyring(drawer));
  drawer->entries["console " + id.toStdString()] = kToken;
  drawer->open = false;
  int went = 0, elsewhere = 0;
  list.find(id, [&](const RouterList::Known&) { ++went; });
  list.dropQuestion();  // this computer was chosen meanwhile
  drawer->unlock();
  list.find(RouterList::idOf(QUrl(QStringLiteral("wss://lab.example"))), [&](const RouterList::Known&) { ++elsewhere; });
  ASSERT_TRUE(QTest::qWaitFor([&] { return elsewhere == 1; }));
  // The late answer comes on a thread of its own: it has come when only the list itself (twice) and this test hold the keyring.
  ASSERT_TRUE(QTest::qWaitFor([&] { return drawer.use_count() <= 3; }));
  QCoreApplication::processEvents();
  EXPECT_EQ(went, 0);
}

}  // namespace
}  // namespace signalbox::app
